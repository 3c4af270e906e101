/* Dense layer, one connection at a time: walk the code, unit after unit, and
 * add up the inputs that are connected. */
#include "reference.h"

#include <string.h>

#include "sbnn/planes.h"

static int32_t sum_of_all_bits(const sbnn_dense_params* p, const uint32_t* x) {
  const int32_t plane_bits = 32 * sbnn_plane_words(p->positions);
  int32_t sum = 0;
  for (int32_t plane = 0; plane < p->planes; ++plane) {
    for (int32_t i = 0; i < p->positions; ++i) {
      sum += 2 * (int32_t)sbnn_get_bit(x, plane * plane_bits + i) - 1;
    }
  }
  return sum;
}

static void zero_bits(const sbnn_output* output, void* y) {
  if (output->kind == SBNN_TO_BITS) {
    memset(y, 0, sizeof(uint32_t) *
                     (size_t)sbnn_plane_words(output->channels));
  }
}

void reference_dense_bits(const sbnn_dense_params* p,
                     const sbnn_connections* kernel, const sbnn_output* output,
                     const uint32_t* x, void* y) {
  const int32_t inputs = p->planes * p->positions;
  const int32_t plane_bits = 32 * sbnn_plane_words(p->positions);
  const int32_t window_part =
      p->domain.alpha_steps == 0
          ? 0
          : p->domain.alpha_steps * sum_of_all_bits(p, x);

  sbnn_connection_reader reader;
  reference_open_connections(&reader, kernel);
  int32_t next = reference_next_connection(&reader);
  int32_t first_weight = 0; /* of the current unit */
  zero_bits(output, y);

  for (int32_t unit = 0; unit < p->units; ++unit) {
    int32_t sum = 0;
    /* Inputs ascend within a unit, so the plane is found by walking on. */
    int32_t plane_input = 0; /* input index of the plane's position 0 */
    int32_t plane_bit = 0;
    for (; next < first_weight + inputs;
         next = reference_next_connection(&reader)) {
      const int32_t input = next - first_weight;
      while (input - plane_input >= p->positions) {
        plane_input += p->positions;
        plane_bit += plane_bits;
      }
      sum += 2 * (int32_t)sbnn_get_bit(x, plane_bit + input - plane_input) - 1;
    }
    first_weight += inputs;
    sum = sum * (1 << p->domain.shift) + window_part;
    reference_write_sums(output, unit, &sum, 1, y);
  }
}

void reference_dense_float(const sbnn_dense_params* p,
                      const sbnn_connections* kernel,
                      const sbnn_output* output, const float* x, void* y) {
  const int32_t inputs = p->planes * p->positions;
  float window_part = 0.0f;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < inputs; ++i) window_part += x[i];
    window_part *= (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  }

  sbnn_connection_reader reader;
  reference_open_connections(&reader, kernel);
  int32_t next = reference_next_connection(&reader);
  int32_t first_weight = 0;
  zero_bits(output, y);

  for (int32_t unit = 0; unit < p->units; ++unit) {
    float sum = 0.0f;
    for (; next < first_weight + inputs;
         next = reference_next_connection(&reader)) {
      sum += x[next - first_weight];
    }
    first_weight += inputs;
    sum += window_part;
    reference_write_float_sums(output, unit, &sum, 1, 1, y);
  }
}
