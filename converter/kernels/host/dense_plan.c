#include "dense_plan.h"

#include <string.h>

#include "../src/connection_stream.h"
#include "sbnn/planes.h"

static void set_bit(const sbnn_host_dense* plan, uint64_t* rows, int32_t unit,
                    int32_t input) {
  const int32_t words = sbnn_plane_words(plan->params.positions);
  const int32_t bit = input / plan->params.positions * words * 32 +
                      input % plan->params.positions;
  rows[(int64_t)unit * plan->row_words + bit / 64] |= (uint64_t)1 << (bit % 64);
}

/* A connection of a unit; those to opposites are `inputs` further on. */
static void connect(sbnn_host_dense* plan, int32_t unit, int32_t input,
                    int32_t inputs) {
  if (input >= inputs) {
    input -= inputs;
    set_bit(plan, plan->signs, unit, input);
  }
  set_bit(plan, plan->rows, unit, input);
  ++plan->counts[unit];
}

static void fill_from_slices(sbnn_host_dense* plan,
                             const sbnn_connections* kernel, int32_t inputs) {
  const int32_t both = plan->is_signed ? 2 * inputs : inputs;
  for (int32_t unit = 0; unit < plan->params.units; ++unit) {
    const uint32_t* words = kernel->words + (int64_t)(unit / 32) * both;
    for (int32_t i = 0; i < both; ++i) {
      if (((words[i] >> (unit % 32)) & 1u) == 0u) continue;
      connect(plan, unit, i, inputs);
    }
  }
}

static bool plan_lists(sbnn_host_dense* plan, const sbnn_connections* kernel,
                       int32_t inputs, const sbnn_host_memory* memory) {
  plan->lists =
      (uint32_t*)sbnn_host_take(memory, kernel->count + SBNN_STREAM_SLACK, 4u);
  plan->first = (int32_t*)sbnn_host_take(memory, plan->params.units + 1, 4u);
  if (plan->lists == NULL || plan->first == NULL) return false;
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  for (int32_t unit = 0; unit < plan->params.units; ++unit) {
    plan->first[unit + 1] =
        plan->first[unit] +
        sbnn_stream_channel(&stream, (uint32_t)inputs,
                            plan->lists + plan->first[unit]);
  }
  return true;
}

/* For layers on numbers. */
static bool count_opposites(sbnn_host_dense* plan, int32_t inputs,
                            const sbnn_host_memory* memory) {
  plan->opposites = (int32_t*)sbnn_host_take(memory, plan->params.units, 4u);
  if (plan->opposites == NULL) return false;
  for (int32_t unit = 0; unit < plan->params.units; ++unit) {
    plan->counts[unit] = plan->first[unit + 1] - plan->first[unit];
    for (int32_t i = plan->first[unit]; i < plan->first[unit + 1]; ++i) {
      if (plan->lists[i] >= (uint32_t)inputs) ++plan->opposites[unit];
    }
  }
  return true;
}

bool sbnn_host_plan_dense(sbnn_host_dense* plan,
                          const sbnn_dense_params* params,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, sbnn_face input,
                          const sbnn_host_memory* memory) {
  memset(plan, 0, sizeof(*plan));
  plan->params = *params;
  plan->output = *output;
  const int32_t inputs = params->planes * params->positions;
  const bool sliced = kernel->code == SBNN_CODE_SLICED;
  const int32_t units = params->units;
  plan->is_signed = kernel->is_signed != 0u;
  plan->levels = input.kind == SBNN_PLANES ? input.planes : 1;
  plan->scratch_bytes = (size_t)units * sizeof(int32_t) + 8u;
  if (!sliced && !plan_lists(plan, kernel, inputs, memory)) return false;
  plan->counts = (int32_t*)sbnn_host_take(memory, units, 4u);
  if (plan->counts == NULL) return false;
  if (input.kind != SBNN_PLANES) {
    plan->scratch_bytes += 2u * (size_t)inputs * sizeof(float);
    return count_opposites(plan, inputs, memory);
  }
  plan->in_words = params->planes * sbnn_plane_words(params->positions);
  plan->row_words = (plan->in_words + 1) / 2;
  plan->scratch_bytes += (size_t)plan->levels * (size_t)plan->row_words * 8u;
  plan->rows = (uint64_t*)sbnn_host_take(
      memory, ((int64_t)units + 1) * plan->row_words, 8u);
  if (plan->is_signed) {
    plan->signs =
        (uint64_t*)sbnn_host_take(memory, (int64_t)units * plan->row_words, 8u);
  }
  if (plan->rows == NULL || (plan->is_signed && plan->signs == NULL)) {
    return false;
  }
  if (sliced) {
    fill_from_slices(plan, kernel, inputs);
  } else {
    for (int32_t unit = 0; unit < units; ++unit) {
      for (int32_t i = plan->first[unit]; i < plan->first[unit + 1]; ++i) {
        connect(plan, unit, (int32_t)plan->lists[i], inputs);
      }
    }
  }
  for (int32_t i = 0; i < inputs; ++i) set_bit(plan, plan->rows, units, i);
  return true;
}
