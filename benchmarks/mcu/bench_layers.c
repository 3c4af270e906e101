/* Layers of BinaryNet/2 (CIFAR-10, half the channels) at 5 % connections, one by one,
 * for several sizes of the copies' memory; a depthwise layer of every kind. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/max_pool2d.h"
#include "sbnn/planes.h"
#include "startup.h"
#include "support.h"

static sbnn_conv2d_params same_3x3(int32_t side, int32_t in, int32_t out,
                                   int32_t band_bytes) {
  const sbnn_conv2d_params p = {.in_height = side,
                                .in_width = side,
                                .in_channels = in,
                                .out_height = side,
                                .out_width = side,
                                .out_channels = out,
                                .kernel_height = 3,
                                .kernel_width = 3,
                                .stride_height = 1,
                                .stride_width = 1,
                                .dilation_height = 1,
                                .dilation_width = 1,
                                .pad_top = 1,
                                .pad_left = 1,
                                .groups = 1,
                                .band_bytes = band_bytes,
                                .input_bits = 1};
  return p;
}

static sbnn_output random_bits(int32_t channels, int32_t positions,
                               int32_t spread) {
  int32_t* thresholds = (int32_t*)allocate((size_t)channels * 4u);
  for (int32_t i = 0; i < channels; ++i) {
    thresholds[i] = random_in(-spread, spread);
  }
  return bits_output(channels, positions, thresholds);
}

static void report(const char* name, int32_t band_bytes, uint32_t instructions,
                   size_t scratch) {
  bench_print("mcu.");
  bench_print(name);
  if (band_bytes != 0) {
    bench_print(".band");
    bench_print_number((uint32_t)band_bytes);
  }
  bench_print(" ");
  bench_print_number(instructions);
  bench_print("\nscratch.");
  bench_print(name);
  if (band_bytes != 0) {
    bench_print(".band");
    bench_print_number((uint32_t)band_bytes);
  }
  bench_print(" ");
  bench_print_number((uint32_t)scratch);
  bench_print("\n");
}

static bool conv(const char* name, sbnn_conv2d_params p, int32_t percent,
                 bool name_band) {
  p.tap_major = 1;
  const int32_t positions = p.out_height * p.out_width;
  const int32_t fan_in =
      p.in_channels / p.groups * p.kernel_height * p.kernel_width;
  const sbnn_connections kernel =
      random_kernel_coded(p.out_channels, fan_in, percent, false, NULL);
  const sbnn_output output = random_bits(p.out_channels, positions, 6);
  const uint32_t* x = random_planes(p.in_channels, p.in_height * p.in_width);
  const size_t y_bytes =
      4u * (size_t)(p.out_channels * sbnn_plane_words(positions));
  void* found = allocate(y_bytes);
  const size_t scratch = sbnn_conv2d_bits_scratch_bytes(&p, &kernel, &output);
  void* memory = allocate(scratch);
  bench_start();
  sbnn_conv2d_bits(&p, &kernel, &output, x, found, memory);
  report(name, name_band ? p.band_bytes : 0, bench_stop(), scratch);
  bool same = true;
#ifdef SBNN_BENCH_CHECK
  void* wanted = allocate(y_bytes);
  reference_conv2d_bits(&p, &kernel, &output, x, wanted,
                        allocate(reference_conv2d_scratch_bytes(&p)));
  same = memcmp(found, wanted, y_bytes) == 0;
#endif
  return free_all() && same;
}

static bool depthwise(const char* name, int32_t percent, int32_t alpha_steps,
                      int32_t shift) {
  sbnn_conv2d_params p = same_3x3(32, 64, 64, 0);
  p.groups = 64;
  p.domain.alpha_steps = alpha_steps;
  p.domain.shift = shift;
  return conv(name, p, percent, false);
}

static bool first_layer(const char* name, int32_t percent, int32_t alpha_steps,
                        int32_t shift) {
  sbnn_conv2d_params p = same_3x3(32, 3, 64, 0);
  p.domain.alpha_steps = alpha_steps;
  p.domain.shift = shift;
  const sbnn_connections kernel =
      random_kernel_coded(64, 27, percent, false, NULL);
  const sbnn_output output = random_bits(64, 1024, 100);
  int8_t* x = (int8_t*)allocate(3072u);
  for (int32_t i = 0; i < 3072; ++i) x[i] = (int8_t)random_in(-128, 127);
  void* y = allocate(8192u);
  const size_t scratch = sbnn_conv2d_int8_scratch_bytes(&p, &kernel);
  void* memory = allocate(scratch);
  bench_start();
  sbnn_conv2d_int8(&p, &kernel, &output, x, y, memory);
  report(name, 0, bench_stop(), scratch);
  return free_all();
}

static bool pool(const char* name, int32_t side, int32_t channels) {
  const sbnn_max_pool2d_params p = {channels, side, side, side / 2, side / 2, 2,
                                    2,        2,    2,    0,        0};
  const uint32_t* x = random_planes(channels, side * side);
  const uint32_t* minimum = random_planes(1, channels);
  uint32_t* y = (uint32_t*)allocate(
      4u * (size_t)(channels * sbnn_plane_words(side * side / 4)));
  bench_start();
  sbnn_max_pool2d_bits(&p, minimum, x, y);
  report(name, 0, bench_stop(), 0u);
  return free_all();
}

int main(void) {
  static const int32_t kBands[] = {32768, 24576, 20480, 16384,
                                   14336, 12288, 8192,  4096};
  seed_random(5);
  bool right = first_layer("conv_int8_3x64_32x32.5", 5, 0, 0);
  right = first_layer("conv_int8_3x64_32x32.50", 50, 0, 0) && right;
  right = first_layer("conv_int8_3x64_32x32.general", 50, -32, 6) && right;
  right = first_layer("conv_int8_3x64_32x32.pm1", 50, -1, 1) && right;
  for (uint32_t i = 0; i < sizeof(kBands) / sizeof(kBands[0]); ++i) {
    const int32_t band = kBands[i];
    right = conv("conv_64x64_32x32.5", same_3x3(32, 64, 64, band), 5, true) &&
            right;
    right = conv("conv_64x128_16x16.5", same_3x3(16, 64, 128, band), 5, true) &&
            right;
    right =
        conv("conv_128x128_16x16.5", same_3x3(16, 128, 128, band), 5, true) &&
        right;
    right = conv("conv_128x256_8x8.5", same_3x3(8, 128, 256, band), 5, true) &&
            right;
    right = conv("conv_256x256_8x8.5", same_3x3(8, 256, 256, band), 5, true) &&
            right;
  }
  right = pool("pool_64_32x32", 32, 64) && right;
  right = pool("pool_128_16x16", 16, 128) && right;
  right = pool("pool_256_8x8", 8, 256) && right;
  right = depthwise("depthwise_64_32x32.10", 10, 0, 0) && right;
  right = depthwise("depthwise_64_32x32.5", 5, 0, 0) && right;
  right = depthwise("depthwise_64_32x32.2", 2, 0, 0) && right;
  right = depthwise("depthwise_64_32x32.general", 50, -21, 6) && right;
  right = depthwise("depthwise_64_32x32.pm1", 50, -1, 1) && right;
  if (!right) bench_print("wrong result\n");
  return right ? 0 : 1;
}
