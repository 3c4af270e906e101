/* What the counters of a convolution start from, channel by channel, and those of
 * its whole window. */
#include "../src/starts.h"
#include "../src/whole_numbers.h"
#include "conv2d_plan_parts.h"

enum { MIN_SLICES = 5 };

/* Prepares the sum of the whole window, times alpha_steps. */
bool sbnn_host_plan_window(sbnn_host_making* m,
                           const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixel_slices > 1;
  const int32_t fan_in = plan->group_in * plan->taps;
  plan->window_count = fan_in;
  plan->window_offsets = (uint32_t*)sbnn_host_take(memory, fan_in, 4u);
  if (plan->window_offsets == NULL) return false;
  for (int32_t c = 0; c < plan->group_in; ++c) {
    for (int32_t tap = 0; tap < plan->taps; ++tap) {
      plan->window_offsets[c * plan->taps + tap] =
          (uint32_t)(c * plan->pixel_slices * plan->plane_bytes) +
          plan->tap_at[tap];
    }
  }
  /* Bits: floor(-v / 2) + c, with the lowest bit of -v below. Pixels: -n * z. */
  for (int32_t tap = 0; tap < plan->taps; ++tap) {
    m->tap_counts[tap] = plan->group_in;
  }
  sbnn_host_sum_inside(m);
  const int64_t zero = p->in_zero_point + 128;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    m->values[kind] = pixels ? -zero * fan_in : -m->inside[kind];
  }
  const int64_t most = pixels ? 255 * (int64_t)fan_in : fan_in;
  plan->window_sum_slices = sbnn_signed_bits(most) + 1;
  if (plan->window_sum_slices < MIN_SLICES + 1) {
    plan->window_sum_slices = MIN_SLICES + 1;
  }
  plan->window_slices =
      sbnn_signed_bits(sbnn_magnitude(p->domain.alpha_steps) * most);
  plan->window_starts = (uint8_t*)sbnn_host_take(
      memory, (int64_t)plan->word_classes * plan->window_sum_slices,
      (size_t)plan->vector_bytes);
  if (plan->window_starts == NULL) return false;
  sbnn_host_slice_values(m, plan->window_sum_slices, plan->window_starts);
  return true;
}

/* What the counters of a channel start from: src/starts.h. */
void sbnn_host_find_starts(sbnn_host_making* m, sbnn_host_channel* channel) {
  const sbnn_host_conv2d* plan = m->plan;
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixel_slices > 1;
  const int32_t shift = p->domain.shift;
  const int64_t count = channel->count;
  const int64_t most = pixels ? 255 * count : count; /* of counted units */
  const int32_t dropped = pixels ? shift : shift + 1;
  const int64_t zero = (int64_t)(p->in_zero_point + 128) * count;
  const int64_t window = plan->whole_window
                             ? sbnn_magnitude(p->domain.alpha_steps) *
                                   (pixels ? 255 : 1) * plan->group_in *
                                   (int64_t)plan->taps
                             : 0;
  if (plan->output.stage != SBNN_CUTS) {
    for (int32_t kind = 0; kind < m->kinds; ++kind) {
      m->values[kind] = pixels ? -zero : -m->inside[kind];
    }
    channel->start_slices = sbnn_signed_bits(most) + 1;
    if (channel->start_slices < MIN_SLICES + 1) {
      channel->start_slices = MIN_SLICES + 1;
    }
    channel->slices = channel->start_slices - (pixels ? 0 : 1);
    return;
  }
  const int64_t reach = window + (most << shift) + 1;
  int64_t threshold = plan->output.by.cuts.thresholds[channel->channel];
  if (threshold > reach) threshold = reach;
  if (threshold < -reach) threshold = -reach;
  const sbnn_start_rule rule = {(int32_t)-threshold, shift,
                                plan->whole_window ? 0 : dropped,
                                plan->whole_window ? -1 : 0};
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    int64_t value =
        sbnn_start_of(rule, pixels ? (int32_t)zero : m->inside[kind]);
    if (!plan->whole_window && value < -most - 1) value = -most - 1;
    m->values[kind] = value;
  }
  if (plan->whole_window) {
    channel->start_slices =
        sbnn_signed_bits(2 * window + ((most + 1) << (shift + 1)) + 1);
    if (channel->start_slices < MIN_SLICES + dropped) {
      channel->start_slices = MIN_SLICES + dropped;
    }
    channel->slices = channel->start_slices - dropped;
  } else {
    channel->start_slices = sbnn_signed_bits(most + 1);
    if (channel->start_slices < MIN_SLICES) channel->start_slices = MIN_SLICES;
    channel->slices = channel->start_slices;
  }
}
