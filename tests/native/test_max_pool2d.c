/* Max pooling and quantizing give the reference's results, bit by bit. */
#include <string.h>

#include "pool_cases.h"
#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static bool pool_case(void) {
  const sbnn_max_pool2d_params p = random_pool(PICK(1, 2, 33));
  const size_t bytes =
      4u * (size_t)(p.channels * sbnn_plane_words(p.out_height * p.out_width));
  const uint32_t* x = random_planes(p.channels, p.in_height * p.in_width);
  const uint32_t* minimum = random_planes(1, p.channels);
  uint32_t* wanted = (uint32_t*)allocate(bytes);
  uint32_t* found = (uint32_t*)allocate(bytes);
  reference_max_pool2d_bits(&p, minimum, x, wanted);
  sbnn_max_pool2d_bits(&p, minimum, x, found);
  return memcmp(wanted, found, bytes) == 0;
}

static bool quantize_case(void) {
  const int32_t channels = random_in(1, 70);
  const int32_t positions = PICK(0, 1, 31, 32, 33, 100);
  const int32_t count = positions == 0 ? 1 : positions;
  float* x = (float*)allocate((size_t)(channels * count) * 4u);
  int8_t* q = (int8_t*)allocate((size_t)(channels * count));
  float* thresholds = (float*)allocate((size_t)channels * 4u);
  int32_t* whole = (int32_t*)allocate((size_t)channels * 4u);
  for (int32_t i = 0; i < channels * count; ++i) {
    q[i] = (int8_t)random_in(-128, 127);
    x[i] = (float)q[i];
  }
  for (int32_t i = 0; i < channels; ++i) {
    whole[i] = random_in(-130, 130);
    thresholds[i] = (float)whole[i];
  }
  sbnn_output output = bits_output(channels, positions, whole);
  output.by.cuts.float_thresholds = thresholds;
  const int32_t bits = (channels - 1) * output.channel_bits + count;
  const size_t bytes = 4u * (size_t)sbnn_plane_words(bits);
  uint32_t* wanted = (uint32_t*)allocate(bytes);
  uint32_t* found = (uint32_t*)allocate(bytes);
  reference_quantize(&output, count, x, wanted);
  sbnn_quantize(&output, count, x, found);
  bool right = memcmp(wanted, found, bytes) == 0;
  sbnn_quantize_int8(&output, count, q, found);
  right = right && memcmp(wanted, found, bytes) == 0;
  float* back = (float*)allocate((size_t)(channels * count) * 4u);
  float* same = (float*)allocate((size_t)(channels * count) * 4u);
  reference_dequantize(channels, output.channel_bits, count, found, back);
  sbnn_dequantize(channels, output.channel_bits, count, found, same);
  return right && memcmp(back, same, (size_t)(channels * count) * 4u) == 0;
}

int main(void) {
  return RUN_CASES(100, 2000, {"max pooling", pool_case},
                   {"quantizing", quantize_case});
}
