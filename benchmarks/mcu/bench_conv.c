/* 3x3 convolutions, "same" zero padding: 64 -> 64 channels on 32x32, and 64 -> 128 with a
 * stride of 2. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/planes.h"
#include "startup.h"
#include "support.h"

enum { CHANNELS = 64, SIDE = 32 };

typedef struct {
  const char* name;
  int32_t percent;
  bool plus_minus_one, has_signs;
  int32_t bits;          /* of activations, in and out */
  int32_t stream_planes; /* 0: activations are written */
  int32_t band_bytes;
  int32_t stride; /* 2: twice the channels come out */
  sbnn_stage stage;
  bool in_bytes; /* the weight code for speed */
} layer;

static int32_t filters_of(const layer* l) { return l->stride * CHANNELS; }

static sbnn_output output_of(const layer* l, int32_t positions) {
  const int32_t filters = filters_of(l);
  const int32_t cuts = (1 << l->bits) - 1;
  int32_t* numbers = (int32_t*)allocate((size_t)(filters * cuts) * 4u);
  for (int i = 0; i < filters; ++i) {
    const int32_t middle = random_in(-6, 6);
    for (int j = 0; j < cuts; ++j) {
      numbers[i * cuts + j] = middle + (j - cuts / 2) * 12;
    }
  }
  sbnn_output output = bits_output(filters, positions, numbers);
  output.by.cuts.count = cuts;
  output.by.cuts.thresholds = integers_of(numbers, filters * cuts);
  output.face = sbnn_planes_face(l->bits);
  output.channel_bits = l->bits * output.plane_bits;
  if (l->stage == SBNN_CUTS) return output;
  /* Factors around a half, and all numbers on both sides of 0. */
  int32_t* multipliers = (int32_t*)allocate((size_t)filters * 4u);
  for (int i = 0; i < filters; ++i) {
    multipliers[i] = PICK(32, 64, 128, -64);
    numbers[i] = random_in(-1000, 1000);
  }
  output.stage = l->stage;
  if (l->stage == SBNN_SCALE) {
    output.by.scale.multipliers = multipliers;
    output.by.scale.offsets = numbers;
    output.by.scale.shift = 7;
    output.face = sbnn_number_face(SBNN_INT8_NUMBERS);
    output.channel_bits = 8 * positions;
    return output;
  }
  output.face = sbnn_planes_face(l->stream_planes);
  output.channel_bits = l->stream_planes * output.plane_bits;
  output.by.stream.multipliers = integers_of(multipliers, filters);
  output.by.stream.offsets = integers_of(numbers, filters);
  output.by.stream.shift = 7;
  output.by.stream.before =
      random_planes(filters * l->stream_planes, positions);
  return output;
}

static bool run(const layer* l) {
  sbnn_conv2d_params p = {.in_height = SIDE,
                          .in_width = SIDE,
                          .in_channels = CHANNELS,
                          .out_height = SIDE / l->stride,
                          .out_width = SIDE / l->stride,
                          .out_channels = filters_of(l),
                          .kernel_height = 3,
                          .kernel_width = 3,
                          .stride_height = l->stride,
                          .stride_width = l->stride,
                          .dilation_height = 1,
                          .dilation_width = 1,
                          .pad_top = l->stride == 1,
                          .pad_left = l->stride == 1,
                          .groups = 1,
                          .band_bytes = l->band_bytes,
                          .input_bits = l->bits,
                          .tap_major = 1};
  if (l->plus_minus_one) {
    p.domain.alpha_steps = -1;
    p.domain.shift = 1;
  }
  int8_t* weights;
  sbnn_connections kernel = random_kernel_coded(
      filters_of(l), 9 * CHANNELS, l->percent, l->in_bytes, &weights);
  if (l->has_signs) sign_kernel(&kernel, weights, 50);
  const sbnn_output output = output_of(l, p.out_height * p.out_width);
  const uint32_t* x = random_planes(l->bits * CHANNELS, SIDE * SIDE);
  const size_t bytes = (size_t)(filters_of(l) * output.channel_bits) / 8u;
  void* found = allocate(bytes);
  const size_t scratch = sbnn_conv2d_bits_scratch_bytes(&p, &kernel, &output);
  void* memory = allocate(scratch);
  bench_start();
  sbnn_conv2d_bits(&p, &kernel, &output, x, found, memory);
  const uint32_t instructions = bench_stop();
  bench_print(l->stride == 1 ? "mcu.conv_64x64_32x32."
                             : "mcu.conv_64x128_32x32_s2.");
  bench_report(l->name, instructions);
  bench_print(l->stride == 1 ? "scratch." : "scratch.s2_");
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
    {"10", 10, false, false, 1, 0, 32768, 1, SBNN_CUTS, false},
    {"5", 5, false, false, 1, 0, 32768, 1, SBNN_CUTS, false},
    {"2", 2, false, false, 1, 0, 32768, 1, SBNN_CUTS, false},
    {"5_speed", 5, false, false, 1, 0, 32768, 1, SBNN_CUTS, true},
    {"2_speed", 2, false, false, 1, 0, 32768, 1, SBNN_CUTS, true},
    {"pm1", 50, true, false, 1, 0, 32768, 1, SBNN_CUTS, false},
    {"5_signed", 5, false, true, 1, 0, 65536, 1, SBNN_CUTS, false},
    {"5_signed_small", 5, false, true, 1, 0, 32768, 1, SBNN_CUTS, false},
    {"5_signed_2bit", 5, false, true, 2, 0, 131072, 1, SBNN_CUTS, false},
    {"5_signed_2bit_small", 5, false, true, 2, 0, 32768, 1, SBNN_CUTS, false},
    {"5_signed_stream", 5, false, true, 1, 8, 65536, 1, SBNN_STREAM, false},
    {"5_int8", 5, false, false, 1, 0, 32768, 1, SBNN_SCALE, false},
    {"5", 5, false, false, 1, 0, 32768, 2, SBNN_CUTS, false},
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
