/* Dense layers from their plans (dense_plan.h); once for each level. */

SBNN_INLINE int32_t SBNN_NAME(bit_count)(uint64_t x) {
#if SBNN_POPCOUNT
  return (int32_t)__builtin_popcountll(x);
#else
  x -= (x >> 1) & 0x5555555555555555u;
  x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
  x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
  return (int32_t)((x * 0x0101010101010101u) >> 56);
#endif
}

SBNN_INLINE int32_t SBNN_NAME(common_ones)(const uint64_t* x,
                                           const uint64_t* row, int32_t words) {
  int32_t ones = 0;
  for (int32_t i = 0; i < words; ++i) {
    ones += SBNN_NAME(bit_count)(x[i] & row[i]);
  }
  return ones;
}

/* The output stage of all units of a sample. */
static void SBNN_NAME(write_units)(const sbnn_output* output,
                                   const int32_t* sums, void* y) {
  const sbnn_cuts* cuts = &output->by.cuts;
  const sbnn_scale* scale = &output->by.scale;
  const int32_t units = output->channels;
  switch (output->face.kind) {
    case SBNN_PLANES: {
      uint32_t* words = (uint32_t*)y;
      for (int32_t first = 0; first < units; first += 32) {
        const int32_t count = units - first < 32 ? units - first : 32;
        uint32_t bits = 0;
        for (int32_t u = 0; u < count; ++u) {
          bits |= (uint32_t)(sums[first + u] >= cuts->thresholds[first + u])
                  << u;
        }
        words[first / 32] =
            (bits ^ cuts->flips[first / 32]) & (0xFFFFFFFFu >> (32 - count));
      }
      break;
    }
    case SBNN_FLOAT_NUMBERS:
      for (int32_t u = 0; u < units; ++u) {
        ((float*)y)[u] = (float)sums[u] * scale->factors[u] + scale->biases[u];
      }
      break;
    case SBNN_INT8_NUMBERS:
      for (int32_t u = 0; u < units; ++u) {
        ((int8_t*)y)[u] =
            (int8_t)sbnn_scaled(sums[u], scale->multipliers[u],
                                scale->offsets[u], scale->shift, INT8_MAX);
      }
      break;
    case SBNN_INT16_NUMBERS:
      for (int32_t u = 0; u < units; ++u) {
        ((int16_t*)y)[u] =
            (int16_t)sbnn_scaled(sums[u], scale->multipliers[u],
                                 scale->offsets[u], scale->shift, INT16_MAX);
      }
      break;
  }
}

static void SBNN_NAME(dense_bits)(const sbnn_host_dense* plan, const void* x,
                                  void* y, uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const int32_t shift = p->domain.shift;
  uint64_t* input = (uint64_t*)(void*)scratch;
  int32_t* sums = (int32_t*)(void*)(scratch + 8 * (int64_t)plan->row_words);
  input[plan->row_words - 1] = 0;
  memcpy(input, x, (size_t)plan->in_words * 4u);
  int32_t window = 0;
  if (p->domain.alpha_steps != 0) {
    const int32_t ones = SBNN_NAME(common_ones)(
        input, plan->rows + (int64_t)p->units * plan->row_words,
        plan->row_words);
    window = p->domain.alpha_steps * (2 * ones - p->planes * p->positions);
  }
  for (int32_t u = 0; u < p->units; ++u) {
    const int32_t ones = SBNN_NAME(common_ones)(
        input, plan->rows + (int64_t)u * plan->row_words, plan->row_words);
    sums[u] = (2 * ones - plan->counts[u]) * (1 << shift) + window;
  }
  SBNN_NAME(write_units)(&plan->output, sums, y);
}

static void SBNN_NAME(dense_int8)(const sbnn_host_dense* plan, const void* x,
                                  void* y, uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const int8_t* input = (const int8_t*)x;
  int32_t* sums = (int32_t*)(void*)scratch;
  int32_t window = 0;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < p->positions; ++i) window += input[i];
    window = (window - p->positions * p->in_zero_point) * p->domain.alpha_steps;
  }
  for (int32_t u = 0; u < p->units; ++u) {
    const int32_t end = plan->first[u + 1];
    int32_t sum = -(end - plan->first[u]) * p->in_zero_point;
    for (int32_t i = plan->first[u]; i < end; ++i) {
      sum += input[plan->lists[i]];
    }
    sums[u] = sum * (1 << p->domain.shift) + window;
  }
  SBNN_NAME(write_units)(&plan->output, sums, y);
}

static void SBNN_NAME(dense_float)(const sbnn_host_dense* plan, const void* x,
                                   void* y, uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const float* input = (const float*)x;
  (void)scratch;
  float window = 0.0f;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < p->positions; ++i) window += input[i];
    window *= (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  }
  if (plan->output.stage == SBNN_CUTS) {
    memset(y, 0, 4u * (size_t)sbnn_plane_words(p->units));
  }
  for (int32_t u = 0; u < p->units; ++u) {
    float sum = 0.0f;
    for (int32_t i = plan->first[u]; i < plan->first[u + 1]; ++i) {
      sum += input[plan->lists[i]];
    }
    sum += window;
    sbnn_write_float_sums(&plan->output, u, &sum, 1, 1, y);
  }
}
