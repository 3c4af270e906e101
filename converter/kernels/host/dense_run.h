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

/* The same where the inputs in `signs` are inverted first. */
SBNN_INLINE int32_t SBNN_NAME(common_ones_of_signed)(const uint64_t* x,
                                                     const uint64_t* row,
                                                     const uint64_t* signs,
                                                     int32_t words) {
  int32_t ones = 0;
  for (int32_t i = 0; i < words; ++i) {
    ones += SBNN_NAME(bit_count)((x[i] ^ signs[i]) & row[i]);
  }
  return ones;
}

/* The number that a unit's planes hold: cuts reached, or a stream's steps. */
SBNN_INLINE uint32_t SBNN_NAME(number_of_unit)(const sbnn_output* output,
                                               const uint32_t* other,
                                               int32_t unit, int32_t sum) {
  const int32_t planes = output->face.planes;
  if (output->stage == SBNN_CUTS) {
    const sbnn_cuts* cuts = &output->by.cuts;
    const int32_t first = unit * cuts->count;
    uint32_t reached = 0;
    for (int32_t i = 0; i < cuts->count; ++i) {
      reached +=
          (uint32_t)(sum >= sbnn_integer_inline(cuts->thresholds, first + i));
    }
    return reached ^ (sbnn_get_bit(cuts->flips, unit) * (uint32_t)cuts->count);
  }
  const sbnn_stream* stream = &output->by.stream;
  int64_t n = other == NULL ? (int64_t)1 << (planes - 1) : 0;
  for (int32_t i = 0; other != NULL && i < planes; ++i) {
    n += (int64_t)sbnn_get_bit(other, i * output->plane_bits + unit) << i;
  }
  n += ((int64_t)sum * sbnn_integer_inline(stream->multipliers, unit) +
        sbnn_integer_inline(stream->offsets, unit)) >>
       stream->shift;
  const int64_t most = ((int64_t)1 << planes) - 1;
  return n < 0 ? 0u : n > most ? (uint32_t)most : (uint32_t)n;
}

static void SBNN_NAME(write_unit_planes)(const sbnn_output* output,
                                         const int32_t* sums,
                                         const uint32_t* other, uint32_t* y) {
  const int32_t units = output->channels;
  for (int32_t first = 0; first < units; first += 32) {
    const int32_t count = units - first < 32 ? units - first : 32;
    uint32_t numbers[32];
    for (int32_t u = 0; u < count; ++u) {
      numbers[u] =
          SBNN_NAME(number_of_unit)(output, other, first + u, sums[first + u]);
    }
    for (int32_t i = 0; i < output->face.planes; ++i) {
      uint32_t bits = 0;
      for (int32_t u = 0; u < count; ++u) {
        bits |= ((numbers[u] >> i) & 1u) << u;
      }
      y[(i * output->plane_bits + first) / 32] = bits;
    }
  }
}

/* The output stage of all units of a sample. */
static void SBNN_NAME(write_units)(const sbnn_output* output,
                                   const int32_t* sums, const void* other,
                                   void* y) {
  const sbnn_cuts* cuts = &output->by.cuts;
  const sbnn_scale* scale = &output->by.scale;
  const int32_t units = output->channels;
  switch (output->face.kind) {
    case SBNN_PLANES: {
      if (output->face.planes > 1) {
        SBNN_NAME(write_unit_planes)
        (output, sums, (const uint32_t*)other, (uint32_t*)y);
        break;
      }
      uint32_t* words = (uint32_t*)y;
      for (int32_t first = 0; first < units; first += 32) {
        const int32_t count = units - first < 32 ? units - first : 32;
        uint32_t bits = 0;
        for (int32_t u = 0; u < count; ++u) {
          bits |= (uint32_t)(sums[first + u] >=
                             sbnn_integer_inline(cuts->thresholds, first + u))
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

/* Sorts the planes of the input by levels, a row each. */
SBNN_INLINE void SBNN_NAME(sort_levels)(const sbnn_host_dense* plan,
                                        const uint32_t* x, uint64_t* levels) {
  const int32_t planes = plan->params.planes;
  const int32_t words = plan->in_words / planes;
  for (int32_t i = 0; i < plan->levels; ++i) {
    uint64_t* row = levels + (int64_t)i * plan->row_words;
    row[plan->row_words - 1] = 0;
    if (plan->levels == 1) {
      memcpy(row, x, 4u * (size_t)plan->in_words);
      continue;
    }
    for (int32_t c = 0; c < planes; ++c) {
      memcpy((uint8_t*)row + 4 * (int64_t)c * words,
             x + ((int64_t)c * plan->levels + i) * words, 4u * (size_t)words);
    }
  }
}

static void SBNN_NAME(dense_bits)(const sbnn_host_dense* plan, const void* x,
                                  const void* other, void* y,
                                  uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const int32_t shift = p->domain.shift;
  const int32_t words = plan->row_words;
  uint64_t* input = (uint64_t*)(void*)scratch;
  int32_t* sums =
      (int32_t*)(void*)(scratch + 8 * (int64_t)plan->levels * words);
  SBNN_NAME(sort_levels)(plan, (const uint32_t*)x, input);
  int32_t window = 0;
  for (int32_t i = 0; p->domain.alpha_steps != 0 && i < plan->levels; ++i) {
    const int32_t ones =
        SBNN_NAME(common_ones)(input + (int64_t)i * words,
                               plan->rows + (int64_t)p->units * words, words);
    window += p->domain.alpha_steps * (2 * ones - p->planes * p->positions) *
              (1 << i);
  }
  for (int32_t u = 0; u < p->units; ++u) {
    const uint64_t* row = plan->rows + (int64_t)u * words;
    int32_t sum = 0;
    for (int32_t i = 0; i < plan->levels; ++i) {
      const uint64_t* level = input + (int64_t)i * words;
      const int32_t ones =
          plan->is_signed
              ? SBNN_NAME(common_ones_of_signed)(
                    level, row, plan->signs + (int64_t)u * words, words)
              : SBNN_NAME(common_ones)(level, row, words);
      sum += (2 * ones - plan->counts[u]) * (1 << i);
    }
    sums[u] = sum * (1 << shift) + window;
  }
  SBNN_NAME(write_units)(&plan->output, sums, other, y);
}

static void SBNN_NAME(dense_int8)(const sbnn_host_dense* plan, const void* x,
                                  const void* other, void* y,
                                  uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const int8_t* input = (const int8_t*)x;
  int32_t* sums = (int32_t*)(void*)scratch;
  int32_t window = 0;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < p->positions; ++i) window += input[i];
    window = (window - p->positions * p->in_zero_point) * p->domain.alpha_steps;
  }
  if (plan->is_signed) { /* opposites as -x - 1, which always fits */
    int8_t* both = (int8_t*)(sums + p->units);
    for (int32_t i = 0; i < p->positions; ++i) both[i] = input[i];
    for (int32_t i = 0; i < p->positions; ++i) {
      both[p->positions + i] = (int8_t)~input[i];
    }
    input = both;
  }
  for (int32_t u = 0; u < p->units; ++u) {
    const int32_t end = plan->first[u + 1];
    const int32_t opposites = plan->opposites[u];
    int32_t sum =
        opposites - (plan->counts[u] - 2 * opposites) * p->in_zero_point;
    for (int32_t i = plan->first[u]; i < end; ++i) {
      sum += input[plan->lists[i]];
    }
    sums[u] = sum * (1 << p->domain.shift) + window;
  }
  SBNN_NAME(write_units)(&plan->output, sums, other, y);
}

static void SBNN_NAME(dense_float)(const sbnn_host_dense* plan, const void* x,
                                   const void* other, void* y,
                                   uint8_t* scratch) {
  const sbnn_dense_params* p = &plan->params;
  const float* input = (const float*)x;
  (void)other;
  float window = 0.0f;
  if (p->domain.alpha_steps != 0) {
    for (int32_t i = 0; i < p->positions; ++i) window += input[i];
    window *= (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  }
  if (plan->is_signed) {
    float* both = (float*)(void*)scratch;
    for (int32_t i = 0; i < p->positions; ++i) both[i] = input[i];
    for (int32_t i = 0; i < p->positions; ++i) {
      both[p->positions + i] = -input[i];
    }
    input = both;
  }
  sbnn_zero_planes(&plan->output, 1, y);
  for (int32_t u = 0; u < p->units; ++u) {
    float sum = 0.0f;
    for (int32_t i = plan->first[u]; i < plan->first[u + 1]; ++i) {
      sum += input[plan->lists[i]];
    }
    sum += window;
    sbnn_write_float_sums(&plan->output, u, &sum, 1, 1, y);
  }
}
