/* Sums to numbers, channels last; the arithmetic is that of sbnn/output.h. Once
 * for each level of instructions. */

/* y[p][f + i] from values[i][p], `count` positions. */
#define SBNN_INTERLEAVE(type, values, channels, block, count, y)       \
  do {                                                                 \
    type* out = (y);                                                   \
    if ((block) == SBNN_HOST_CHANNEL_BLOCK) {                          \
      for (int32_t p = 0; p < (count); ++p, out += (channels)) {       \
        for (int32_t i = 0; i < SBNN_HOST_CHANNEL_BLOCK; ++i) {        \
          out[i] = (values)[i][p];                                     \
        }                                                              \
      }                                                                \
    } else {                                                           \
      for (int32_t p = 0; p < (count); ++p, out += (channels)) {       \
        for (int32_t i = 0; i < (block); ++i) out[i] = (values)[i][p]; \
      }                                                                \
    }                                                                  \
  } while (0)

/* Channels f .. f + block - 1 at `count` positions from `first` on; the sums of a
 * channel lie together, `stride` numbers from those of the next. */
static void SBNN_NAME(write_block)(const sbnn_output* output, int32_t f,
                                   int32_t block, int32_t first, int32_t count,
                                   const int32_t* sums, int32_t stride,
                                   void* y) {
  enum { MOST = 512 };
  const sbnn_scale* scale = &output->by.scale;
  const int32_t channels = output->channels;
  const int64_t at = (int64_t)first * channels + f;
  if (output->face.kind == SBNN_FLOAT_NUMBERS) {
    float values[SBNN_HOST_CHANNEL_BLOCK][MOST];
    for (int32_t i = 0; i < block; ++i) {
      const float factor = scale->factors[f + i], bias = scale->biases[f + i];
      for (int32_t p = 0; p < count; ++p) {
        values[i][p] = (float)sums[i * stride + p] * factor + bias;
      }
    }
    SBNN_INTERLEAVE(float, values, channels, block, count, (float*)y + at);
  } else if (output->face.kind == SBNN_INT8_NUMBERS) {
    int8_t values[SBNN_HOST_CHANNEL_BLOCK][MOST];
    for (int32_t i = 0; i < block; ++i) {
      for (int32_t p = 0; p < count; ++p) {
        values[i][p] =
            (int8_t)sbnn_scaled(sums[i * stride + p], scale->multipliers[f + i],
                                scale->offsets[f + i], scale->shift, INT8_MAX);
      }
    }
    SBNN_INTERLEAVE(int8_t, values, channels, block, count, (int8_t*)y + at);
  } else {
    int16_t values[SBNN_HOST_CHANNEL_BLOCK][MOST];
    for (int32_t i = 0; i < block; ++i) {
      for (int32_t p = 0; p < count; ++p) {
        values[i][p] = (int16_t)sbnn_scaled(
            sums[i * stride + p], scale->multipliers[f + i],
            scale->offsets[f + i], scale->shift, INT16_MAX);
      }
    }
    SBNN_INTERLEAVE(int16_t, values, channels, block, count, (int16_t*)y + at);
  }
}
