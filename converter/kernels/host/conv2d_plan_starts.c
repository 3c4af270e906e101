/* What the counters of a convolution start from, channel by channel, and those of
 * its whole window. */
#include "../src/stream_sums.h"
#include "../src/whole_numbers.h"
#include "conv2d_plan_parts.h"

/* Of sums that are compared with one cut: vector_sums.h. */
enum { MIN_SLICES = 5, MIN_SLICES_OF_SIGNED = 8 };

/* Prepares the sum of the whole window, times alpha_steps. */
bool sbnn_host_plan_window(sbnn_host_making* m,
                           const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t fan_in = plan->group_in * plan->taps;
  plan->window_count = fan_in;
  plan->window_offsets = (uint32_t*)sbnn_host_take(memory, fan_in, 4u);
  if (plan->window_offsets == NULL) return false;
  for (int32_t c = 0; c < plan->group_in; ++c) {
    for (int32_t tap = 0; tap < plan->taps; ++tap) {
      plan->window_offsets[c * plan->taps + tap] =
          (uint32_t)(c * sbnn_host_channel_bytes(plan)) + plan->tap_at[tap];
    }
  }
  /* Planes: floor(-v / 2) + c, with the lowest bit of -v below. Pixels: -n * z. */
  for (int32_t tap = 0; tap < plan->taps; ++tap) {
    m->tap_counts[tap] = plan->group_in;
  }
  sbnn_host_sum_inside(m);
  const int64_t zero = p->in_zero_point + 128;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    m->values[kind] = plan->pixels ? -zero * fan_in
                                   : -(int64_t)plan->weight * m->inside[kind];
  }
  const int64_t most = (int64_t)plan->weight * fan_in;
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

/* Slices below those that counters add to. */
static int32_t dropped_slices(const sbnn_host_conv2d* plan) {
  return plan->params.domain.shift + (plan->pixels ? 0 : 1);
}

/* Magnitudes, at most: of the whole window's part of a sum, in steps, and of the
 * sum. */
static int64_t most_of_window(const sbnn_host_conv2d* plan) {
  return sbnn_magnitude(plan->params.domain.alpha_steps) * plan->weight *
         plan->group_in * plan->taps;
}

static int64_t reach_of(const sbnn_host_conv2d* plan,
                        const sbnn_host_channel* channel) {
  return most_of_window(plan) +
         (((int64_t)plan->weight * channel->count)
          << plan->params.domain.shift) +
         1;
}

static int64_t limited(int64_t x, int64_t most) {
  return x < -most ? -most : x > most ? most : x;
}

/* What is taken off a channel's sums (src/conv2d_bits_planes.h): its middle cut, or
 * what a stream's sums start from. */
static int64_t origin_of(const sbnn_host_conv2d* plan,
                         const sbnn_host_channel* channel) {
  const sbnn_output* output = &plan->output;
  const int32_t cuts = output->by.cuts.count;
  if (output->stage == SBNN_CUTS) {
    return limited(sbnn_integer_inline(output->by.cuts.thresholds,
                                       channel->channel * cuts + cuts / 2),
                   reach_of(plan, channel));
  }
  return output->stage == SBNN_STREAM
             ? sbnn_shifts_of_stream(&output->by.stream, channel->channel)
                   .origin
             : 0;
}

void sbnn_host_find_distances(const sbnn_host_conv2d* plan,
                              const sbnn_host_channel* channel) {
  const int32_t cuts = plan->output.by.cuts.count;
  const int32_t first = channel->channel * cuts;
  const int64_t origin = origin_of(plan, channel);
  for (int32_t i = first; i < first + cuts; ++i) {
    const int32_t cut = sbnn_integer_inline(plan->output.by.cuts.thresholds, i);
    plan->distances[i] =
        (int32_t)(limited(cut, reach_of(plan, channel)) - origin);
  }
}

/* For each kind, v of src/starts.h: what the counted units are too many. */
static int64_t excess_of(const sbnn_host_making* m,
                         const sbnn_host_channel* channel, int32_t kind) {
  const sbnn_host_conv2d* plan = m->plan;
  if (!plan->pixels) return (int64_t)plan->weight * m->inside[kind];
  return (int64_t)(plan->params.in_zero_point + 128) *
         (channel->count - 2 * channel->negatives);
}

/* The same as whole steps, with `origin` taken off. */
static int64_t start_of(const sbnn_host_making* m,
                        const sbnn_host_channel* channel, int64_t origin,
                        int32_t kind) {
  const int64_t step = (int64_t)1 << m->plan->params.domain.shift;
  return -origin - excess_of(m, channel, kind) * step;
}

static void find_whole_starts(sbnn_host_making* m, sbnn_host_channel* channel) {
  const sbnn_host_conv2d* plan = m->plan;
  const int32_t dropped = dropped_slices(plan);
  const int64_t origin = origin_of(plan, channel);
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    m->values[kind] = start_of(m, channel, origin, kind);
  }
  channel->start_slices =
      sbnn_signed_bits(reach_of(plan, channel) + sbnn_magnitude(origin));
  if (channel->start_slices < MIN_SLICES + dropped) {
    channel->start_slices = MIN_SLICES + dropped;
  }
  channel->slices = channel->start_slices - dropped;
}

/* What the counters of a channel start from: src/starts.h. */
void sbnn_host_find_starts(sbnn_host_making* m, sbnn_host_channel* channel) {
  const sbnn_host_conv2d* plan = m->plan;
  if (!plan->one_cut) {
    find_whole_starts(m, channel);
    return;
  }
  const int32_t shift = plan->params.domain.shift;
  const int32_t dropped = dropped_slices(plan);
  const int64_t most = (int64_t)plan->weight * channel->count;
  const int64_t window = most_of_window(plan);
  const int64_t below = (int64_t)plan->weight * channel->negatives;
  const int64_t origin = origin_of(plan, channel);
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    int64_t value = start_of(m, channel, origin, kind);
    if (!plan->whole_window) {
      value >>= dropped; /* and beyond the reach of all that is counted: */
      if (value < below - most - 1) value = below - most - 1;
      if (value > below) value = below;
    }
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
    const int32_t least =
        channel->negatives != 0 ? MIN_SLICES_OF_SIGNED : MIN_SLICES;
    if (channel->start_slices < least) channel->start_slices = least;
    channel->slices = channel->start_slices;
  }
}
