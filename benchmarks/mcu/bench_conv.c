/* 3x3 convolution, 64 -> 64 channels, 32x32, stride 1, "same" zero padding. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/planes.h"
#include "startup.h"
#include "support.h"

enum { CHANNELS = 64, POSITIONS = 32 * 32 };

typedef struct {
  const char* name;
  int32_t percent;
  bool plus_minus_one, has_signs;
  int32_t bits;          /* of activations, in and out */
  int32_t stream_planes; /* 0: activations are written */
  int32_t band_bytes;
} layer;

static sbnn_output output_of(const layer* l) {
  const int32_t cuts = (1 << l->bits) - 1;
  int32_t* numbers = (int32_t*)allocate((size_t)(CHANNELS * cuts) * 4u);
  for (int i = 0; i < CHANNELS; ++i) {
    const int32_t middle = random_in(-6, 6);
    for (int j = 0; j < cuts; ++j) {
      numbers[i * cuts + j] = middle + (j - cuts / 2) * 12;
    }
  }
  sbnn_output output = bits_output(CHANNELS, POSITIONS, numbers);
  output.by.cuts.count = cuts;
  output.face = sbnn_planes_face(l->bits);
  output.channel_bits = l->bits * output.plane_bits;
  if (l->stream_planes == 0) return output;
  /* Factors around a half, and all updates on both sides of 0. */
  int32_t* multipliers = (int32_t*)allocate(CHANNELS * 4u);
  for (int i = 0; i < CHANNELS; ++i) {
    multipliers[i] = PICK(32, 64, 128, -64);
    numbers[i] = random_in(-1000, 1000);
  }
  output.stage = SBNN_STREAM;
  output.face = sbnn_planes_face(l->stream_planes);
  output.channel_bits = l->stream_planes * output.plane_bits;
  output.by.scale.multipliers = multipliers;
  output.by.scale.offsets = numbers;
  output.by.scale.shift = 7;
  output.by.scale.stream =
      random_planes(CHANNELS * l->stream_planes, POSITIONS);
  return output;
}

static bool run(const layer* l) {
  sbnn_conv2d_params p = {.in_height = 32,
                          .in_width = 32,
                          .in_channels = CHANNELS,
                          .out_height = 32,
                          .out_width = 32,
                          .out_channels = CHANNELS,
                          .kernel_height = 3,
                          .kernel_width = 3,
                          .stride_height = 1,
                          .stride_width = 1,
                          .dilation_height = 1,
                          .dilation_width = 1,
                          .pad_top = 1,
                          .pad_left = 1,
                          .groups = 1,
                          .band_bytes = l->band_bytes,
                          .input_bits = l->bits};
  if (l->plus_minus_one) {
    p.domain.alpha_steps = -1;
    p.domain.shift = 1;
  }
  int8_t* weights;
  sbnn_connections kernel =
      random_kernel(CHANNELS, 9 * CHANNELS, l->percent, &weights);
  if (l->has_signs) sign_kernel(&kernel, weights, 50);
  const sbnn_output output = output_of(l);
  const uint32_t* x = random_planes(l->bits * CHANNELS, POSITIONS);
  const size_t bytes = (size_t)(CHANNELS * output.channel_bits) / 8u;
  void* found = allocate(bytes);
  const size_t scratch = sbnn_conv2d_bits_scratch_bytes(&p, &kernel, &output);
  void* memory = allocate(scratch);
  bench_start();
  sbnn_conv2d_bits(&p, &kernel, &output, x, found, memory);
  const uint32_t instructions = bench_stop();
  bench_print("mcu.conv_64x64_32x32.");
  bench_report(l->name, instructions);
  bench_print("scratch.");
  bench_report(l->name, (uint32_t)scratch);
  bool same = true;
#ifdef SBNN_BENCH_CHECK
  void* wanted = allocate(bytes);
  reference_conv2d_bits(&p, &kernel, &output, x, wanted,
                        allocate(reference_conv2d_scratch_bytes(&p)));
  same = memcmp(found, wanted, bytes) == 0;
#endif
  return free_all() && same;
}

/* Where signs and bits multiply the copies of planes, both with copies of today's
 * size, in several passes, and with room for all of them. */
static const layer kLayers[] = {
    {"10", 10, false, false, 1, 0, 32768},
    {"5", 5, false, false, 1, 0, 32768},
    {"2", 2, false, false, 1, 0, 32768},
    {"pm1", 50, true, false, 1, 0, 32768},
    {"5_signed", 5, false, true, 1, 0, 65536},
    {"5_signed_small", 5, false, true, 1, 0, 32768},
    {"5_signed_2bit", 5, false, true, 2, 0, 131072},
    {"5_signed_2bit_small", 5, false, true, 2, 0, 32768},
    {"5_signed_stream", 5, false, true, 1, 8, 65536},
};

int main(void) {
  seed_random(7);
  bool right = true;
  for (uint32_t i = 0; i < sizeof(kLayers) / sizeof(kLayers[0]); ++i) {
    right = run(&kLayers[i]) && right;
  }
  if (!right) bench_print("wrong result\n");
  return right ? 0 : 1;
}
