/* Convolutions of float input from their plans (float_plan.h); once for each
 * level. */

/* The input with its padding, a plane for each channel and residue. */
static void SBNN_NAME(pad_floats)(const sbnn_host_float_conv2d* plan,
                                  const float* x, float* to) {
  const sbnn_conv2d_params* p = &plan->params;
  const float pad = (float)p->pad_value;
  memset(to, 0,
         (size_t)plan->channel_floats * (size_t)p->in_channels * sizeof(float));
  for (int32_t y = 0; y < p->in_height; ++y) {
    const int32_t row = y + p->pad_top;
    const int32_t r = row / p->stride_height;
    if (r >= plan->rows) break;
    const float* from = x + (int64_t)y * p->in_width * p->in_channels;
    for (int32_t column = 0; column < p->in_width; ++column) {
      const int32_t at = column + p->pad_left;
      const int32_t residue =
          row % p->stride_height * p->stride_width + at % p->stride_width;
      const int32_t place = at / p->stride_width;
      if (place >= plan->row_floats) break;
      float* out = to + (residue * plan->rows + r) * plan->row_floats + place;
      for (int32_t c = 0; c < p->in_channels; ++c) {
        *out = *from++ - pad;
        out += plan->channel_floats;
      }
    }
  }
}

/* The listed runs, added in order. */
SBNN_INLINE void SBNN_NAME(add_runs)(const float* from, const uint32_t* list,
                                     int32_t count, float* sums) {
  float run[SBNN_HOST_FLOAT_RUN];
  for (int32_t i = 0; i < SBNN_HOST_FLOAT_RUN; ++i) run[i] = 0.0f;
  for (int32_t k = 0; k < count; ++k) {
    const float* some = from + list[k];
    for (int32_t i = 0; i < SBNN_HOST_FLOAT_RUN; ++i) run[i] += some[i];
  }
  for (int32_t i = 0; i < SBNN_HOST_FLOAT_RUN; ++i) sums[i] = run[i];
}

static void SBNN_NAME(write_run)(const sbnn_output* output, int32_t f,
                                 const float* sums, int32_t first,
                                 int32_t count, void* y) {
  if (output->stage == SBNN_CUTS) {
    const sbnn_cuts* cuts = &output->by.cuts;
    const float* thresholds = cuts->float_thresholds + (int64_t)f * cuts->count;
    const uint32_t flip = 0u - sbnn_get_bit(cuts->flips, f);
    uint32_t planes[SBNN_MAX_ACTIVATION_BITS] = {flip, flip, flip, flip};
    for (int32_t cut = 0; cut < cuts->count; ++cut) {
      uint32_t bits = 0;
      for (int32_t i = 0; i < count; ++i) {
        bits |= (uint32_t)(sums[i] >= thresholds[cut]) << i;
      }
      /* Plane k of the number of cuts reached changes at every 2^k-th. */
      for (int32_t k = 0; ((cut + 1) & ((1 << k) - 1)) == 0; ++k) {
        planes[k] ^= bits;
      }
    }
    for (int32_t k = 0; k < output->face.planes; ++k) {
      const uint32_t bits = planes[k] & (0xFFFFFFFFu >> (32 - count));
      const int64_t at = (int64_t)f * output->channel_bits +
                         (int64_t)k * output->plane_bits + first;
      uint32_t* word = (uint32_t*)y + (at >> 5);
      word[0] |= bits << (at & 31);
      if ((at & 31) + count > 32) word[1] |= bits >> (32 - (at & 31));
    }
  } else {
    float* out = (float*)y + (int64_t)first * output->channels + f;
    for (int32_t i = 0; i < count; ++i) {
      *out = sums[i] * output->by.scale.factors[f] + output->by.scale.biases[f];
      out += output->channels;
    }
  }
}

static void SBNN_NAME(float_conv2d)(const sbnn_host_float_conv2d* plan,
                                    const void* x, void* y, uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t positions = p->out_height * p->out_width;
  const float pad = (float)p->pad_value;
  const float alpha =
      (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  const bool whole_window = p->domain.alpha_steps != 0;
  float* planes = (float*)(void*)scratch;
  const int64_t padded = (int64_t)plan->channel_floats * p->in_channels;
  float* windows =
      planes + (plan->is_signed ? 2 : 1) * padded + SBNN_HOST_FLOAT_RUN;
  SBNN_NAME(pad_floats)(plan, (const float*)x, planes);
  for (int64_t i = 0; plan->is_signed && i < padded; ++i) {
    planes[padded + i] = -planes[i];
  }
  sbnn_zero_planes(&plan->output, positions, y);
  for (int32_t g = 0; whole_window && g < p->groups; ++g) {
    const int32_t fan_in = plan->group_in * plan->taps;
    const float* group =
        planes + (int64_t)g * plan->group_in * plan->channel_floats;
    float* out = windows + (int64_t)g * positions;
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ox += SBNN_HOST_FLOAT_RUN) {
        float run[SBNN_HOST_FLOAT_RUN];
        SBNN_NAME(add_runs)
        (group + (int64_t)oy * plan->row_floats + ox, plan->window_offsets,
         fan_in, run);
        for (int32_t i = 0; i < SBNN_HOST_FLOAT_RUN && ox + i < p->out_width;
             ++i) {
          out[oy * p->out_width + ox + i] =
              (run[i] + pad * (float)fan_in) * alpha;
        }
      }
    }
  }
  for (int32_t f = 0; f < p->out_channels; ++f) {
    const uint32_t* list = plan->offsets + plan->first[f];
    const int32_t count = plan->first[f + 1] - plan->first[f];
    const float* window = windows + (int64_t)(f / plan->group_out) * positions;
    const float pad_total = pad * (float)plan->balances[f];
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      for (int32_t ox = 0; ox < p->out_width; ox += SBNN_HOST_FLOAT_RUN) {
        const int32_t first = oy * p->out_width + ox;
        const int32_t left = p->out_width - ox;
        const int32_t present =
            left < SBNN_HOST_FLOAT_RUN ? left : SBNN_HOST_FLOAT_RUN;
        float sums[SBNN_HOST_FLOAT_RUN];
        SBNN_NAME(add_runs)
        (planes + (int64_t)oy * plan->row_floats + ox, list, count, sums);
        for (int32_t i = 0; i < present; ++i) {
          sums[i] += pad_total;
          if (whole_window) sums[i] += window[first + i];
        }
        SBNN_NAME(write_run)(&plan->output, f, sums, first, present, y);
      }
    }
  }
}
