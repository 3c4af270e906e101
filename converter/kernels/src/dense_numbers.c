/* Dense layers on numbers, the first of a network: the connections of a unit
 * are decoded into a list, and the inputs in the list added up. Gaps that are
 * bytes need no list. */
#include "hot.h"

#include "carver.h"
#include "connection_stream.h"
#include "dense_bytes.h"
#include "dense_units.h"
#include "listed_sums.h"
#include "sbnn/dense.h"
#include "sbnn/planes.h"

static size_t list_bytes(const sbnn_connections* kernel) {
  sbnn_carver carver = {NULL, 0};
  sbnn_carve(&carver, kernel->most + SBNN_STREAM_SLACK, 4u);
  return sbnn_carved(&carver);
}

size_t sbnn_dense_int8_scratch_bytes(const sbnn_connections* kernel) {
  return sbnn_is_dense_bytes(kernel) ? 0u : list_bytes(kernel);
}

SBNN_HOT void sbnn_dense_int8(const sbnn_dense_params* p,
                              const sbnn_connections* kernel,
                              const sbnn_output* output, const int8_t* x,
                              void* y, void* scratch) {
  const int32_t inputs = p->positions;
  uint32_t* list = (uint32_t*)scratch;
  int32_t window_part = 0;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < inputs; ++i) window_part += x[i];
    window_part =
        (window_part - inputs * p->in_zero_point) * p->domain.alpha_steps;
  }
  sbnn_zero_planes(output, 1, y);
  if (sbnn_is_dense_bytes(kernel)) {
    sbnn_dense_units units = {
        output, window_part, p->domain.shift, 0, p->units, 0, y};
    sbnn_run_dense_bytes(&units, kernel, x, inputs, p->in_zero_point);
    return;
  }
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  uint32_t sign = 0;
  for (int32_t unit = 0; unit < p->units; ++unit) {
    const int32_t count = sbnn_stream_places(&stream, (uint32_t)inputs, list);
    int32_t net = count;
    int32_t sum =
        kernel->is_signed != 0u
            ? sbnn_sum_signed(list, count, x, kernel->signs, &sign, &net)
            : sbnn_sum_listed(list, count, x);
    sum -= net * p->in_zero_point;
    sum = sum * (1 << p->domain.shift) + window_part;
    sbnn_write_sums(output, unit, 0, &sum, 1, y);
  }
}

size_t sbnn_dense_float_scratch_bytes(const sbnn_connections* kernel) {
  return list_bytes(kernel);
}

SBNN_HOT void sbnn_dense_float(const sbnn_dense_params* p,
                               const sbnn_connections* kernel,
                               const sbnn_output* output, const float* x,
                               void* y, void* scratch) {
  const int32_t inputs = p->positions;
  uint32_t* list = (uint32_t*)scratch;
  float window_part = 0.0f;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < inputs; ++i) window_part += x[i];
    window_part *= (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  }
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  sbnn_zero_planes(output, 1, y);
  for (int32_t unit = 0; unit < p->units; ++unit) {
    const int32_t count = sbnn_stream_channel(&stream, (uint32_t)inputs, list);
    float sum = 0.0f;
    for (int32_t i = 0; i < count; ++i) {
      const int32_t at = (int32_t)list[i];
      sum += at < inputs ? x[at] : -x[at - inputs];
    }
    sum += window_part;
    sbnn_write_float_sums(output, unit, &sum, 1, 1, y);
  }
}
