/* The bit-sliced sums of a convolution: of listed copies, on top of what counters
 * start from, and of the whole window. A round for each width of vectors:
 * vector_adders.h. */

/* start + the listed copies in `sum`, which may be where they start. The
 * first `negatives` subtract. Planes of level 0
 * are counted from slice `lowest` on, those of the other levels a slice higher each. */
SBNN_INLINE void SBNN_NAME(sum_listed)(const sbnn_host_conv2d* plan,
                                       const uint8_t* planes,
                                       const uint32_t* list, int32_t negatives,
                                       int32_t count, const uint8_t* start,
                                       int32_t lowest, int32_t slices,
                                       SBNN_V* sum) {
  const int32_t copied = plan->pixels ? slices : lowest;
  for (int32_t k = 0; k < copied; ++k) {
    sum[k] = SBNN_NAME(load)(start + k * SBNN_VECTOR_BYTES);
  }
  sum += lowest;
  slices -= lowest;
  if (plan->pixels) {
    SBNN_NAME(add_pixels)
    (planes, list, negatives, count, plan->plane_bytes, slices, sum);
    return;
  }
  start += lowest * SBNN_VECTOR_BYTES;
  if (plan->together == 2) {
    SBNN_NAME(add_side_by_side)
    (planes, list, negatives, count, start, slices, sum);
    return;
  }
  if (SBNN_TERNARY && plan->levels == 2) {
    SBNN_NAME(add_two_levels)
    (planes, plan->plane_bytes, list, negatives, count, start, slices, sum);
    return;
  }
  if (slices >= SBNN_NAME(LEAST_SLICES) && slices <= SBNN_NAME(MOST_SLICES)) {
    SBNN_NAME(add_levels)
    (planes, plan->levels, plan->plane_bytes, list, negatives, count, start,
     slices, sum);
    return;
  }
  for (int32_t level = 0; level < plan->levels; ++level) {
    SBNN_NAME(add_long)
    (planes, list, negatives, count, start, slices, sum);
    planes += plan->plane_bytes;
    --slices;
    start = (const uint8_t*)++sum;
  }
}

/* alpha_steps times the sum over the whole window, for the words of a band. */
static void SBNN_NAME(sum_windows)(const sbnn_host_conv2d* plan, int32_t first,
                                   int32_t words, uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t low = plan->pixels ? 0 : 1;
  const int32_t sum_slices = plan->window_sum_slices;
  const uint32_t alpha =
      (uint32_t)(p->domain.alpha_steps < 0 ? -p->domain.alpha_steps
                                           : p->domain.alpha_steps);
  for (int32_t g = 0; g < p->groups; ++g) {
    const uint8_t* planes =
        scratch + plan->copies_at +
        (int64_t)g * plan->group_in * sbnn_host_channel_bytes(plan);
    for (int32_t w = 0; w < words; ++w) {
      const uint8_t* start =
          plan->window_starts +
          (int64_t)plan->word_class[first + w] * sum_slices * SBNN_VECTOR_BYTES;
      SBNN_V sum[SBNN_HOST_MAX_SLICES];
      SBNN_V out[SBNN_HOST_MAX_SLICES];
      SBNN_NAME(sum_listed)
      (plan, planes + w * SBNN_VECTOR_BYTES, plan->window_offsets, 0,
       plan->window_count, start, low, sum_slices, sum);
      for (int32_t k = 0; k < plan->window_slices; ++k) {
        out[k] = SBNN_NAME(all)(0u);
      }
      for (int32_t bit = 0; (alpha >> bit) != 0u; ++bit) {
        if (((alpha >> bit) & 1u) == 0u) continue;
        SBNN_V carry = SBNN_NAME(all)(0u);
        for (int32_t k = bit; k < plan->window_slices; ++k) {
          const int32_t at = k - bit < sum_slices ? k - bit : sum_slices - 1;
          carry = SBNN_NAME(full_add)(&out[k], sum[at], carry);
        }
      }
      if (p->domain.alpha_steps < 0) {
        SBNN_V carry = SBNN_NAME(all)(1u);
        for (int32_t k = 0; k < plan->window_slices; ++k) {
          out[k] = ~out[k];
          carry = SBNN_NAME(half_add)(&out[k], carry);
        }
      }
      uint8_t* to = scratch + plan->window_at +
                    ((int64_t)g * plan->band_words + w) * plan->window_slices *
                        SBNN_VECTOR_BYTES;
      for (int32_t k = 0; k < plan->window_slices; ++k) {
        SBNN_NAME(store)(to + k * SBNN_VECTOR_BYTES, out[k]);
      }
    }
  }
}

/* constants + window, without the `dropped` lowest slices. */
SBNN_INLINE void SBNN_NAME(add_window)(const sbnn_host_conv2d* plan,
                                       const uint8_t* constants,
                                       const uint8_t* window, int32_t slices,
                                       int32_t dropped, SBNN_V* out) {
  SBNN_V carry = SBNN_NAME(all)(0u);
  for (int32_t k = 0; k < slices; ++k) {
    const int32_t at = k < plan->window_slices ? k : plan->window_slices - 1;
    SBNN_V sum = SBNN_NAME(load)(constants + k * SBNN_VECTOR_BYTES);
    carry = SBNN_NAME(full_add)(
        &sum, SBNN_NAME(load)(window + at * SBNN_VECTOR_BYTES), carry);
    if (k >= dropped) out[k - dropped] = sum;
  }
}

SBNN_INLINE const uint8_t* SBNN_NAME(start_of)(const sbnn_host_conv2d* plan,
                                               const sbnn_host_channel* channel,
                                               int32_t word) {
  return plan->starts + (channel->start_at + (int64_t)plan->word_class[word] *
                                                 channel->start_slices) *
                            SBNN_VECTOR_BYTES;
}

SBNN_INLINE const uint8_t* SBNN_NAME(window_of)(
    const sbnn_host_conv2d* plan, const sbnn_host_channel* channel, int32_t w,
    const uint8_t* scratch) {
  const int64_t group = channel->channel / plan->group_out;
  return scratch + plan->window_at +
         (group * plan->band_words + w) * plan->window_slices *
             SBNN_VECTOR_BYTES;
}

/* A channel's sums in one vector less what is taken off them (conv2d_plan_starts.c),
 * in steps: start_slices slices. */
SBNN_INLINE void SBNN_NAME(whole_sums)(const sbnn_host_conv2d* plan,
                                       const sbnn_host_channel* channel,
                                       int32_t first, int32_t w,
                                       const uint8_t* scratch, SBNN_V* sum) {
  const uint8_t* start = SBNN_NAME(start_of)(plan, channel, first + w);
  const int32_t slices = channel->start_slices;
  if (plan->whole_window) {
    SBNN_NAME(add_window)
    (plan, start, SBNN_NAME(window_of)(plan, channel, w, scratch), slices, 0,
     sum);
    start = (const uint8_t*)sum;
  }
  SBNN_NAME(sum_listed)
  (plan, scratch + plan->copies_at + w * SBNN_VECTOR_BYTES,
   plan->offsets + channel->first, channel->negatives, channel->count, start,
   slices - channel->slices, slices, sum);
}
