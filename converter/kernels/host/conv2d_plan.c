#include "conv2d_plan.h"

#include <string.h>

#include "../src/whole_numbers.h"
#include "conv2d_plan_parts.h"
#include "sbnn/planes.h"

static void choose_vectors(sbnn_host_conv2d* plan, int32_t batch,
                           int32_t widest) {
  int32_t bytes = (plan->positions + 7) / 8;
  plan->samples = 1;
  plan->together = 1;
  if (batch == 1 && bytes <= 8 && plan->in_words <= 2 && plan->levels == 2 &&
      plan->same_pitch) {
    plan->together = 2;
  }
  if (batch > 1 && bytes <= 8) {
    plan->lane_bytes = 1;
    while (plan->lane_bytes < bytes) plan->lane_bytes *= 2;
    while (plan->samples < batch && plan->samples * plan->lane_bytes < widest) {
      plan->samples *= 2;
    }
    bytes = plan->samples * plan->lane_bytes;
  }
  plan->vector_bytes = 16;
  while (plan->vector_bytes < bytes && plan->vector_bytes < widest) {
    plan->vector_bytes *= 2;
  }
  if (plan->samples > 1) {
    plan->samples = plan->vector_bytes / plan->lane_bytes;
    plan->words = 1;
  } else {
    plan->lane_bytes = plan->vector_bytes / plan->together;
    plan->words =
        (int32_t)sbnn_divide_up(plan->positions, 8 * plan->vector_bytes);
  }
}

static size_t next_part(size_t* total, int64_t bytes) {
  const size_t at = *total;
  *total += ((size_t)bytes + 2u * SBNN_HOST_SLACK - 1u) / SBNN_HOST_SLACK *
            SBNN_HOST_SLACK;
  return at;
}

static void plan_scratch(sbnn_host_conv2d* plan) {
  const int64_t samples = plan->samples;
  size_t total = 0;
  plan->source_at =
      next_part(&total, sbnn_host_planes(plan) * samples * plan->source_bytes);
  plan->stream_at = next_part(&total, plan->stream_bytes);
  plan->copies_at =
      next_part(&total, (int64_t)sbnn_host_planes(plan) * plan->plane_bytes);
  plan->window_at =
      next_part(&total, plan->whole_window
                            ? (int64_t)plan->params.groups * plan->band_words *
                                  plan->window_slices * plan->vector_bytes
                            : 0);
  plan->numbers_at = next_part(&total, plan->output.face.kind == SBNN_PLANES
                                           ? 0
                                           : (int64_t)SBNN_HOST_CHANNEL_BLOCK *
                                                 8 * plan->vector_bytes *
                                                 (int64_t)sizeof(int32_t));
  plan->scratch_bytes = total;
}

bool sbnn_host_plan_conv2d(sbnn_host_conv2d* plan,
                           const sbnn_conv2d_params* params,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, sbnn_face input,
                           int32_t batch, int32_t widest,
                           const sbnn_host_memory* memory) {
  memset(plan, 0, sizeof(*plan));
  plan->params = *params;
  plan->output = *output;
  plan->pixels = input.kind == SBNN_INT8_NUMBERS;
  plan->levels = plan->pixels ? SBNN_HOST_PIXEL_SLICES : input.planes;
  plan->weight = (1 << plan->levels) - 1;
  plan->one_cut = output->stage == SBNN_CUTS && output->by.cuts.count == 1;
  plan->positions = params->out_height * params->out_width;
  plan->out_words = sbnn_plane_words(plan->positions);
  plan->in_words = sbnn_plane_words(params->in_height * params->in_width);
  plan->taps = params->kernel_height * params->kernel_width;
  plan->group_in = params->in_channels / params->groups;
  plan->group_out = params->out_channels / params->groups;
  plan->whole_window = params->domain.alpha_steps != 0;
  plan->same_pitch = params->stride_height == 1 && params->stride_width == 1 &&
                     params->in_width == params->out_width;
  choose_vectors(plan, batch, widest);
  sbnn_host_making m;
  memset(&m, 0, sizeof(m));
  m.plan = plan;
  if (!sbnn_host_lay_out(plan, memory) ||
      !sbnn_host_find_inside(plan, memory) ||
      !sbnn_host_sort_words(&m, memory)) {
    return false;
  }
  sbnn_host_plan_source(plan);
  if (plan->whole_window && !sbnn_host_plan_window(&m, memory)) return false;
  if (!sbnn_host_plan_channels(&m, kernel, memory)) return false;
  plan_scratch(plan);
  plan->work = ((int64_t)kernel->count * plan->levels +
                8 * (int64_t)params->out_channels) *
               plan->words;
  return true;
}
