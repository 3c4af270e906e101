/* The output channels of a convolution: their connections as offsets of copies, and
 * the order in which they are taken. */
#include <stdlib.h>
#include <string.h>

#include "../src/connection_stream.h"
#include "conv2d_plan_parts.h"

static int by_count(const void* a, const void* b) {
  const sbnn_host_channel* x = (const sbnn_host_channel*)a;
  const sbnn_host_channel* y = (const sbnn_host_channel*)b;
  if (x->count != y->count) return x->count < y->count ? -1 : 1;
  if (x->negatives != y->negatives) return x->negatives < y->negatives ? -1 : 1;
  return x->channel < y->channel ? -1 : 1;
}

/* The connections of all channels, as they lie in the code. */
static void decode(sbnn_host_conv2d* plan, const sbnn_connections* kernel,
                   uint32_t* list) {
  const uint32_t fan_in = (uint32_t)(plan->group_in * plan->taps);
  sbnn_connection_stream stream;
  sbnn_open_stream(&stream, kernel);
  int32_t at = 0;
  for (int32_t f = 0; f < plan->params.out_channels; ++f) {
    sbnn_host_channel* channel = &plan->channels[f];
    channel->channel = f;
    channel->first = at;
    channel->count = sbnn_stream_channel(&stream, fan_in, list + at);
    for (int32_t i = 0; i < channel->count; ++i) {
      if (list[at + i] >= fan_in) ++channel->negatives;
    }
    at += channel->count;
  }
}

/* For each channel the offsets of its copies and what its counters start from,
 * in the order in which channels are taken. */
bool sbnn_host_plan_channels(sbnn_host_making* m,
                             const sbnn_connections* kernel,
                             const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  const int32_t channels = plan->params.out_channels;
  const uint32_t taps = (uint32_t)plan->taps;
  const uint32_t planes = (uint32_t)plan->group_in;
  const uint32_t fan_in = planes * taps;
  const uint32_t channel_bytes = (uint32_t)sbnn_host_channel_bytes(plan);
  const int64_t room = (int64_t)kernel->count + SBNN_STREAM_SLACK;
  plan->channels = (sbnn_host_channel*)sbnn_host_take(
      memory, channels, sizeof(sbnn_host_channel));
  plan->offsets = (uint32_t*)sbnn_host_take(memory, room, 4u);
  uint32_t* list = (uint32_t*)sbnn_host_take(memory, room, 4u);
  if (plan->output.stage == SBNN_CUTS && !plan->one_cut) {
    plan->distances = (int32_t*)sbnn_host_take(
        memory, (int64_t)channels * plan->output.by.cuts.count, 4u);
    if (plan->distances == NULL) return false;
  }
  if (plan->channels == NULL || plan->offsets == NULL || list == NULL) {
    return false;
  }
  decode(plan, kernel, list);
  if (plan->output.face.kind == SBNN_PLANES) {
    qsort(plan->channels, (size_t)channels, sizeof(sbnn_host_channel),
          by_count);
  }
  int64_t starts = 0;
  for (int32_t i = 0; i < channels; ++i) {
    sbnn_host_find_starts(m, &plan->channels[i]); /* for the number of slices */
    plan->channels[i].start_at = starts;
    starts += (int64_t)plan->channels[i].start_slices * plan->word_classes;
  }
  plan->starts =
      (uint8_t*)sbnn_host_take(memory, starts, (size_t)plan->vector_bytes);
  if (plan->starts == NULL) return false;
  int32_t at = 0;
  for (int32_t i = 0; i < channels; ++i) {
    sbnn_host_channel* channel = &plan->channels[i];
    const uint32_t group =
        (uint32_t)(channel->channel / plan->group_out * plan->group_in);
    const uint32_t* from = list + channel->first;
    channel->first = at;
    memset(m->tap_counts, 0, (size_t)plan->taps * 4u);
    uint32_t* subtracts = plan->offsets + at;
    uint32_t* adds = subtracts + channel->negatives;
    at += channel->count;
    for (int32_t k = 0; k < channel->count; ++k) {
      const bool negative = from[k] >= fan_in;
      const uint32_t weight = negative ? from[k] - fan_in : from[k];
      const bool by_tap = plan->params.tap_major != 0;
      const uint32_t tap = by_tap ? weight / planes : weight % taps;
      m->tap_counts[tap] += negative ? -1 : 1;
      uint32_t** to = negative ? &subtracts : &adds;
      *(*to)++ =
          (group + (by_tap ? weight % planes : weight / taps)) * channel_bytes +
          plan->tap_at[tap];
    }
    sbnn_host_sum_inside(m);
    sbnn_host_find_starts(m, channel);
    if (plan->distances != NULL) sbnn_host_find_distances(plan, channel);
    sbnn_host_slice_values(
        m, channel->start_slices,
        plan->starts + channel->start_at * plan->vector_bytes);
  }
  return true;
}
