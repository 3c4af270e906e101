/* Between numbers and planes, a word of 32 positions of all channels at a time:
 * the inner loop runs over neighbouring channels. Once for each level. */

/* `limit`, of type `limit_type`, is the threshold of `channel`. */
#define SBNN_QUANTIZE(type, limit_type, limit)                               \
  const type* from = (const type*)x;                                         \
  uint32_t* to = (uint32_t*)y;                                               \
  const int32_t channels = output->channels;                                 \
  const int64_t words = sbnn_plane_words(positions);                         \
  for (int32_t c = 0; c < channels; c += BLOCK) {                            \
    const int32_t block = channels - c < BLOCK ? channels - c : BLOCK;       \
    limit_type limits[BLOCK];                                                \
    for (int32_t channel = c; channel < c + block; ++channel) {              \
      limits[channel - c] = (limit);                                         \
    }                                                                        \
    for (int32_t first = 0; first < positions; first += 32) {                \
      const int32_t count = positions - first < 32 ? positions - first : 32; \
      const uint32_t all = 0xFFFFFFFFu >> (32 - count);                      \
      uint32_t bits[BLOCK] = {0};                                            \
      for (int32_t i = 0; i < count; ++i) {                                  \
        const type* row = from + (int64_t)(first + i) * channels + c;        \
        for (int32_t j = 0; j < block; ++j) {                                \
          bits[j] |= (uint32_t)(row[j] >= limits[j]) << i;                   \
        }                                                                    \
      }                                                                      \
      for (int32_t j = 0; j < block; ++j) {                                  \
        const uint32_t flip = 0u - sbnn_get_bit(cuts->flips, c + j);         \
        to[(c + j) * words + first / 32] = (bits[j] ^ flip) & all;           \
      }                                                                      \
    }                                                                        \
  }

/* A vector: its features are the bits. */
#define SBNN_QUANTIZE_VECTOR(type, limit)                                      \
  const type* from = (const type*)x;                                           \
  uint32_t* to = (uint32_t*)y;                                                 \
  for (int32_t c = 0; c < output->channels; c += 32) {                         \
    const int32_t left = output->channels - c;                                 \
    const int32_t count = left < 32 ? left : 32;                               \
    uint32_t bits = 0;                                                         \
    for (int32_t channel = c; channel < c + count; ++channel) {                \
      bits |= (uint32_t)(from[channel] >= (limit)) << (channel - c);           \
    }                                                                          \
    to[c / 32] = (bits ^ cuts->flips[c / 32]) & (0xFFFFFFFFu >> (32 - count)); \
  }

static void SBNN_NAME(quantize)(const sbnn_output* output, int32_t positions,
                                sbnn_face input, const void* x, void* y) {
  enum { BLOCK = 64 };
  const sbnn_cuts* cuts = &output->by.cuts;
  const bool vector = output->channel_bits == 1;
  switch (input.kind) {
    case SBNN_INT8_NUMBERS:
      if (vector) {
        SBNN_QUANTIZE_VECTOR(int8_t,
                             sbnn_integer_inline(cuts->thresholds, channel))
      } else {
        SBNN_QUANTIZE(int8_t, int32_t,
                      sbnn_integer_inline(cuts->thresholds, channel))
      }
      break;
    case SBNN_INT16_NUMBERS:
      if (vector) {
        SBNN_QUANTIZE_VECTOR(int16_t,
                             sbnn_integer_inline(cuts->thresholds, channel))
      } else {
        SBNN_QUANTIZE(int16_t, int32_t,
                      sbnn_integer_inline(cuts->thresholds, channel))
      }
      break;
    default:
      if (vector) {
        SBNN_QUANTIZE_VECTOR(float, cuts->float_thresholds[channel])
      } else {
        SBNN_QUANTIZE(float, float, cuts->float_thresholds[channel])
      }
  }
}

#define SBNN_DEQUANTIZE(type)                                                \
  type* to = (type*)y;                                                       \
  for (int32_t c = 0; c < channels; c += BLOCK) {                            \
    const int32_t block = channels - c < BLOCK ? channels - c : BLOCK;       \
    for (int32_t first = 0; first < positions; first += 32) {                \
      const int32_t count = positions - first < 32 ? positions - first : 32; \
      uint32_t bits[BLOCK];                                                  \
      for (int32_t j = 0; j < block; ++j) {                                  \
        bits[j] = from[(c + j) * words + first / 32];                        \
      }                                                                      \
      for (int32_t i = 0; i < count; ++i) {                                  \
        type* row = to + (int64_t)(first + i) * channels + c;                \
        for (int32_t j = 0; j < block; ++j) {                                \
          row[j] = (bits[j] >> i & 1u) != 0u ? high : low;                   \
        }                                                                    \
      }                                                                      \
    }                                                                        \
  }

#define SBNN_DEQUANTIZE_VECTOR(type)                  \
  type* to = (type*)y;                                \
  for (int32_t c = 0; c < channels; ++c) {            \
    to[c] = sbnn_get_bit(from, c) != 0u ? high : low; \
  }

static void SBNN_NAME(dequantize_float)(int32_t channels, int32_t channel_bits,
                                        int32_t positions, const void* x,
                                        void* y) {
  enum { BLOCK = 64 };
  const uint32_t* from = (const uint32_t*)x;
  const int64_t words = channel_bits / 32;
  const float high = 1.0f, low = -1.0f;
  if (channel_bits == 1) {
    SBNN_DEQUANTIZE_VECTOR(float)
  } else {
    SBNN_DEQUANTIZE(float)
  }
}

static void SBNN_NAME(dequantize_int8)(int32_t channels, int32_t channel_bits,
                                       int32_t positions, int8_t high,
                                       int8_t low, const void* x, void* y) {
  enum { BLOCK = 64 };
  const uint32_t* from = (const uint32_t*)x;
  const int64_t words = channel_bits / 32;
  if (channel_bits == 1) {
    SBNN_DEQUANTIZE_VECTOR(int8_t)
  } else {
    SBNN_DEQUANTIZE(int8_t)
  }
}
