/* The bit-sliced sums of a convolution: of listed copies, on top of what counters
 * start from, and of the whole window. A round for each width of vectors:
 * vector_adders.h. */

/* The sliced sum of the listed copies, on top of `start`. */
SBNN_INLINE void SBNN_NAME(sum_listed)(const sbnn_host_conv2d* plan,
                                       const uint8_t* planes,
                                       const uint32_t* list, int32_t count,
                                       const SBNN_V* start, int32_t slices,
                                       SBNN_V* sum) {
  for (int32_t k = 0; k < slices; ++k) sum[k] = start[k];
  if (plan->pixel_slices > 1) {
    SBNN_NAME(add_pixels)
    (planes, list, count, plan->plane_bytes, slices, sum);
    return;
  }
  for (int32_t k = slices; k < 8; ++k) sum[k] = sum[slices - 1];
  SBNN_NAME(add_long)(planes, list, count, slices < 8 ? 8 : slices, sum);
}

/* alpha_steps times the sum over the whole window, for the words of a band. */
static void SBNN_NAME(sum_windows)(const sbnn_host_conv2d* plan, int32_t first,
                                   int32_t words, uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t low = plan->pixel_slices > 1 ? 0 : 1;
  const int32_t sum_slices = plan->window_sum_slices;
  const uint32_t alpha =
      (uint32_t)(p->domain.alpha_steps < 0 ? -p->domain.alpha_steps
                                           : p->domain.alpha_steps);
  for (int32_t g = 0; g < p->groups; ++g) {
    const uint8_t* planes =
        scratch + plan->copies_at +
        (int64_t)g * plan->group_in * plan->pixel_slices * plan->plane_bytes;
    for (int32_t w = 0; w < words; ++w) {
      const uint8_t* start =
          plan->window_starts +
          (int64_t)plan->word_class[first + w] * sum_slices * SBNN_VECTOR_BYTES;
      SBNN_V from[SBNN_HOST_MAX_SLICES], sum[SBNN_HOST_MAX_SLICES];
      SBNN_V out[SBNN_HOST_MAX_SLICES];
      for (int32_t k = 0; k < sum_slices; ++k) {
        from[k] = SBNN_NAME(load)(start + k * SBNN_VECTOR_BYTES);
      }
      sum[0] = from[0];
      SBNN_NAME(sum_listed)
      (plan, planes + w * SBNN_VECTOR_BYTES, plan->window_offsets,
       plan->window_count, from + low, sum_slices - low, sum + low);
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
