#include "float_plan.h"

#include <string.h>

#include "../src/connection_stream.h"

bool sbnn_host_plan_float_conv2d(sbnn_host_float_conv2d* plan,
                                 const sbnn_conv2d_params* params,
                                 const sbnn_connections* kernel,
                                 const sbnn_output* output,
                                 const sbnn_host_memory* memory) {
  const sbnn_conv2d_params* p = params;
  memset(plan, 0, sizeof(*plan));
  plan->params = *p;
  plan->output = *output;
  plan->taps = p->kernel_height * p->kernel_width;
  plan->group_in = p->in_channels / p->groups;
  plan->group_out = p->out_channels / p->groups;
  const int64_t far_column =
      (p->kernel_width - 1) * p->dilation_width / p->stride_width;
  const int64_t far_row =
      (p->kernel_height - 1) * p->dilation_height / p->stride_height;
  const int64_t row_floats = p->out_width + far_column + SBNN_HOST_FLOAT_RUN;
  const int64_t rows = p->out_height + far_row;
  const int64_t channel_floats =
      row_floats * rows * p->stride_height * p->stride_width;
  plan->is_signed = kernel->is_signed != 0u;
  const int64_t planes = (plan->is_signed ? 2 : 1) * (int64_t)p->in_channels;
  if (channel_floats * planes > INT32_MAX / 4) return false;
  plan->row_floats = (int32_t)row_floats;
  plan->rows = (int32_t)rows;
  plan->channel_floats = (int32_t)channel_floats;
  plan->scratch_bytes =
      (size_t)(channel_floats * planes +
               (p->domain.alpha_steps != 0
                    ? (int64_t)p->groups * p->out_height * p->out_width +
                          SBNN_HOST_FLOAT_RUN
                    : 0) +
               SBNN_HOST_FLOAT_RUN) *
      sizeof(float);

  const int32_t fan_in = plan->group_in * plan->taps;
  plan->tap_at = (uint32_t*)sbnn_host_take(memory, plan->taps, 4u);
  plan->offsets =
      (uint32_t*)sbnn_host_take(memory, kernel->count + SBNN_STREAM_SLACK, 4u);
  plan->first = (int32_t*)sbnn_host_take(memory, p->out_channels + 1, 4u);
  plan->window_offsets = (uint32_t*)sbnn_host_take(memory, fan_in, 4u);
  plan->balances = (int32_t*)sbnn_host_take(memory, p->out_channels, 4u);
  if (plan->balances == NULL || plan->tap_at == NULL || plan->offsets == NULL ||
      plan->first == NULL || plan->window_offsets == NULL) {
    return false;
  }
  for (int32_t tap = 0; tap < plan->taps; ++tap) {
    const int32_t y = tap / p->kernel_width * p->dilation_height;
    const int32_t x = tap % p->kernel_width * p->dilation_width;
    const int32_t residue =
        y % p->stride_height * p->stride_width + x % p->stride_width;
    plan->tap_at[tap] =
        (uint32_t)((residue * plan->rows + y / p->stride_height) *
                       plan->row_floats +
                   x / p->stride_width);
  }
  for (int32_t i = 0; i < fan_in; ++i) {
    plan->window_offsets[i] =
        (uint32_t)(i / plan->taps * plan->channel_floats) +
        plan->tap_at[i % plan->taps];
  }
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  int32_t at = 0;
  for (int32_t f = 0; f < p->out_channels; ++f) {
    uint32_t* list = plan->offsets + at;
    const int32_t count = sbnn_stream_channel(&stream, (uint32_t)fan_in, list);
    const int32_t group = f / plan->group_out * plan->group_in;
    plan->first[f] = at;
    for (int32_t i = 0; i < count; ++i) {
      const bool opposite = list[i] >= (uint32_t)fan_in;
      const uint32_t weight = opposite ? list[i] - (uint32_t)fan_in : list[i];
      const int32_t c = group + (int32_t)weight / plan->taps +
                        (opposite ? p->in_channels : 0);
      list[i] = (uint32_t)(c * plan->channel_floats) +
                plan->tap_at[weight % (uint32_t)plan->taps];
      plan->balances[f] += opposite ? -1 : 1;
    }
    at += count;
  }
  plan->first[p->out_channels] = at;
  return true;
}
