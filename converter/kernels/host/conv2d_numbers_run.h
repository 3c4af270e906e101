/* A convolution's sums as numbers, handed to the output stage. A round for each
 * width of vectors: vector_adders.h. */

/* The numbers that bits of `sliced` stand for: from the top slice, which counts
 * negative, twice the number so far plus a bit. */
SBNN_INLINE void SBNN_NAME(unslice)(const SBNN_V* sliced, int32_t slices,
                                    int32_t* numbers) {
  enum { LANES = SBNN_VECTOR_BYTES / 4 };
  typedef int32_t lanes __attribute__((vector_size(SBNN_VECTOR_BYTES)));
  typedef int32_t lanes_anywhere
      __attribute__((vector_size(SBNN_VECTOR_BYTES), aligned(4), may_alias));
  uint8_t bytes[SBNN_HOST_MAX_SLICES][SBNN_VECTOR_BYTES + 4];
  for (int32_t k = 0; k < slices; ++k) {
    SBNN_NAME(store)(bytes[k], sliced[k]);
  }
#if SBNN_TERNARY
  if (slices <= 16) { /* slices are masks: 32 numbers at a time */
    const __m512i one = _mm512_set1_epi16(1);
    for (int32_t at = 0; at < SBNN_VECTOR_BYTES; at += 4) {
      __m512i sum = _mm512_setzero_si512();
      for (int32_t k = slices - 1; k >= 0; --k) {
        uint32_t mask;
        memcpy(&mask, bytes[k] + at, 4);
        sum = k == slices - 1
                  ? _mm512_mask_sub_epi16(sum, mask, sum, one)
                  : _mm512_add_epi16(_mm512_add_epi16(sum, sum),
                                     _mm512_maskz_mov_epi16(mask, one));
      }
      int32_t* to = numbers + 8 * at;
      _mm512_storeu_si512(to,
                          _mm512_cvtepi16_epi32(_mm512_castsi512_si256(sum)));
      _mm512_storeu_si512(
          to + 16, _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(sum, 1)));
    }
    return;
  }
#endif
  lanes bit;
  for (int32_t i = 0; i < LANES; ++i) bit[i] = 1 << i;
  for (int32_t at = 0; at < 8 * SBNN_VECTOR_BYTES; at += LANES) {
    lanes sum = {0};
    for (int32_t k = slices - 1; k >= 0; --k) {
      uint32_t some;
      memcpy(&some, bytes[k] + at / 8, 4);
      some >>= at % 8;
      const lanes set = (((lanes){0} + (int32_t)some) & bit) != 0;
      /* -1 where the bit is set: the top slice counts negative. */
      sum = k == slices - 1 ? set : sum + sum - set;
    }
    *(lanes_anywhere*)(numbers + at) = sum;
  }
}

/* The sums of a channel in one word, in steps, as numbers. */
static void SBNN_NAME(number_sums)(const sbnn_host_conv2d* plan,
                                   const sbnn_host_channel* channel,
                                   int32_t first, int32_t w,
                                   const uint8_t* scratch, int32_t* numbers) {
  SBNN_V sum[SBNN_HOST_MAX_SLICES];
  const int32_t slices = channel->start_slices;
  SBNN_NAME(whole_sums)(plan, channel, first, w, scratch, sum);
  SBNN_NAME(unslice)(sum, slices < 32 ? slices : 32, numbers);
}

static void SBNN_NAME(write_numbers)(const sbnn_host_conv2d* plan,
                                     int32_t begin, int32_t end, int32_t first,
                                     int32_t words, uint8_t* scratch,
                                     uint8_t* y, int64_t sample_bytes,
                                     int32_t samples) {
  enum { BITS = 8 * SBNN_VECTOR_BYTES };
  int32_t* numbers = (int32_t*)(void*)(scratch + plan->numbers_at);
  for (int32_t f = begin; f < end; f += SBNN_HOST_CHANNEL_BLOCK) {
    const int32_t block =
        end - f < SBNN_HOST_CHANNEL_BLOCK ? end - f : SBNN_HOST_CHANNEL_BLOCK;
    for (int32_t w = 0; w < words; ++w) {
      for (int32_t i = 0; i < block; ++i) {
        SBNN_NAME(number_sums)
        (plan, &plan->channels[f + i], first, w, scratch, numbers + i * BITS);
      }
      if (plan->samples > 1) {
        for (int32_t s = 0; s < samples; ++s) {
          SBNN_NAME_OF_LEVEL(write_block)
          (&plan->output, f, block, 0, plan->positions,
           numbers + s * 8 * plan->lane_bytes, BITS, y + s * sample_bytes);
        }
      } else {
        const int32_t at = (first + w) * BITS;
        const int32_t left = plan->positions - at;
        SBNN_NAME_OF_LEVEL(write_block)
        (&plan->output, f, block, at, left < BITS ? left : BITS, numbers, BITS,
         y);
      }
    }
  }
}
