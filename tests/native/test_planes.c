/* Ops on channels of several planes give the references' results, bit by bit. */
#include <string.h>

#include "pool_cases.h"
#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static uint32_t* words_for(int32_t planes, int32_t positions) {
  return (uint32_t*)allocate(4u *
                             (size_t)(planes * sbnn_plane_words(positions)));
}

/* `planes` planes in all: the same words in both, also where nothing is stored. */
static bool same(const uint32_t* a, const uint32_t* b, int32_t planes,
                 int32_t positions) {
  return memcmp(a, b, 4u * (size_t)(planes * sbnn_plane_words(positions))) == 0;
}

static bool max_pool_case(void) {
  const int32_t planes = PICK(1, 2, 2, 3, 4, 6, 8, 16);
  const sbnn_max_pool2d_params p = random_pool(PICK(1, 2, 5));
  const int32_t out = p.out_height * p.out_width;
  const uint32_t* x =
      random_planes(p.channels * planes, p.in_height * p.in_width);
  const uint32_t* minimum = random_planes(1, p.channels);
  uint32_t* wanted = words_for(p.channels * planes, out);
  uint32_t* found = words_for(p.channels * planes, out);
  reference_max_pool2d_planes(&p, planes, minimum, x, wanted);
  sbnn_max_pool2d_planes(&p, planes, minimum, x, found);
  return same(wanted, found, p.channels * planes, out);
}

static bool average_pool_case(void) {
  const int32_t planes = PICK(1, 2, 2, 3, 4, 6, 8, 16);
  sbnn_average_pool2d_params p;
  p.channels = PICK(1, 2, 5);
  p.pool_height = PICK(1, 2, 2, 4, 8);
  p.pool_width = PICK(1, 2, 2, 4, 8, 16, 32, 64, 128, 256);
  if (p.pool_height * p.pool_width > 256) p.pool_height = 256 / p.pool_width;
  p.stride_height = PICK(1, 2, 2, 3);
  p.stride_width = PICK(1, 2, 2, 3, 33);
  p.in_height = p.pool_height + random_in(0, 12);
  p.in_width = p.pool_width + random_in(0, 40);
  if (PICK(0, 0, 1) == 1) {
    p.in_height = random_in(2, 40);
    p.in_width = PICK(4, 8, 16, 32, 64);
    p.pool_height = p.pool_width = p.stride_height = p.stride_width = 2;
  }
  p.out_height = (p.in_height - p.pool_height) / p.stride_height + 1;
  p.out_width = (p.in_width - p.pool_width) / p.stride_width + 1;
  const int32_t out = p.out_height * p.out_width;
  uint32_t* x = random_planes(p.channels * planes, p.in_height * p.in_width);
  if (PICK(0, 0, 0, 1) == 1) { /* the largest sums */
    const int32_t bits = p.in_height * p.in_width;
    for (int32_t i = 0; i < p.channels * planes; ++i) {
      for (int32_t at = 0; at < bits; ++at) {
        x[i * sbnn_plane_words(bits) + at / 32] |= 1u << at % 32;
      }
    }
  }
  uint32_t* wanted = words_for(p.channels * planes, out);
  uint32_t* found = words_for(p.channels * planes, out);
  reference_average_pool2d(&p, planes, x, wanted);
  sbnn_average_pool2d(&p, planes, x, found);
  return same(wanted, found, p.channels * planes, out);
}

/* Thresholds that ascend in each channel, some of them equal or out of reach. */
static int32_t* random_cuts(int32_t channels, int32_t count, int32_t low,
                            int32_t high) {
  int32_t* out = (int32_t*)allocate((size_t)(channels * count) * 4u);
  for (int32_t i = 0; i < channels * count; ++i) {
    out[i] = random_in(low, high);
    if (random_in(0, 15) == 0) out[i] = PICK(INT32_MIN, INT32_MAX);
  }
  for (int32_t c = 0; c < channels; ++c) {
    int32_t* cuts = out + c * count;
    for (int32_t i = 1; i < count; ++i) {
      for (int32_t j = i; j > 0 && cuts[j] < cuts[j - 1]; --j) {
        const int32_t larger = cuts[j - 1];
        cuts[j - 1] = cuts[j];
        cuts[j] = larger;
      }
    }
  }
  return out;
}

static sbnn_output levels_output(int32_t channels, int32_t positions,
                                 int32_t planes, const int32_t* thresholds) {
  sbnn_output out = bits_output(channels, positions, thresholds);
  out.face = sbnn_planes_face(planes);
  out.plane_bits = 32 * sbnn_plane_words(positions == 0 ? channels : positions);
  out.channel_bits = positions == 0 ? 1 : planes * out.plane_bits;
  out.by.cuts.count = (1 << planes) - 1;
  out.by.cuts.thresholds =
      integers_of(thresholds, channels * out.by.cuts.count);
  return out;
}

static bool quantize_case(void) {
  const int32_t channels = PICK(1, 2, 31, 33, 70), planes = random_in(1, 4);
  const int32_t positions = PICK(0, 1, 31, 32, 33, 100);
  const int32_t count = positions == 0 ? 1 : positions;
  const int32_t values = channels * count;
  const int32_t cuts = (1 << planes) - 1;
  const int32_t* thresholds = random_cuts(channels, cuts, -130, 130);
  sbnn_output output = levels_output(channels, positions, planes, thresholds);
  double* wide = (double*)allocate((size_t)values * sizeof(double));
  float* x = (float*)allocate((size_t)values * 4u);
  int8_t* small = (int8_t*)allocate((size_t)values);
  int16_t* middle = (int16_t*)allocate((size_t)values * 2u);
  for (int32_t i = 0; i < values; ++i) {
    small[i] = (int8_t)random_in(-128, 127);
    middle[i] = small[i];
    x[i] = (float)small[i];
    wide[i] = small[i];
  }
  float* real = (float*)allocate((size_t)(channels * cuts) * 4u);
  for (int32_t i = 0; i < channels * cuts; ++i) real[i] = (float)thresholds[i];
  output.by.cuts.float_thresholds = real;
  const int32_t all = positions == 0 ? planes : channels * planes;
  const int32_t bits = positions == 0 ? channels : positions;
  uint32_t* wanted = words_for(all, bits);
  uint32_t* found = words_for(all, bits);
  reference_quantize_levels(&output, count, wide, wanted);
  sbnn_quantize_levels(&output, count, x, found);
  bool right = same(wanted, found, all, bits);
  sbnn_quantize_levels_int8(&output, count, small, found);
  right = right && same(wanted, found, all, bits);
  sbnn_quantize_levels_int16(&output, count, middle, found);
  right = right && same(wanted, found, all, bits);
  float* back = (float*)allocate((size_t)values * 4u);
  float* wanted_back = (float*)allocate((size_t)values * 4u);
  reference_dequantize_planes(channels, output.channel_bits, count, planes,
                              found, wanted_back);
  sbnn_dequantize_planes(channels, output.channel_bits, count, planes, found,
                         back);
  return right && memcmp(back, wanted_back, (size_t)values * 4u) == 0;
}

/* From planes to fewer, with thresholds of a channel's own or shared ones; of up to
 * 16 planes, back to floats as well. */
static bool planes_case(void) {
  const int32_t channels = PICK(1, 2, 31, 33, 70), planes = random_in(1, 16);
  const int32_t positions = PICK(0, 1, 31, 32, 33, 100);
  const int32_t count = positions == 0 ? 1 : positions;
  const int32_t values = channels * count, levels = random_in(1, 4);
  const int32_t most = (1 << planes) - 1;
  const int32_t cuts = (1 << levels) - 1;
  int32_t* thresholds = random_cuts(channels, cuts, -1, most + 1);
  const bool shared = random_in(0, 1) == 1;
  for (int32_t i = cuts; shared && i < channels * cuts; ++i) {
    thresholds[i] = thresholds[i - cuts];
  }
  const sbnn_output output =
      levels_output(channels, positions, levels, thresholds);
  sbnn_output read = output;
  if (shared) {
    read.by.cuts.thresholds = integers_of(thresholds, cuts);
    read.by.cuts.shared = true;
  }
  const int32_t bits = positions == 0 ? channels : positions;
  const int32_t parts = positions == 0 ? 1 : channels;
  const uint32_t* x = random_planes(parts * planes, bits);
  double* numbers = (double*)allocate((size_t)values * sizeof(double));
  float* wanted_back = (float*)allocate((size_t)values * 4u);
  float* back = (float*)allocate((size_t)values * 4u);
  reference_dequantize_planes(channels, output.channel_bits, count, planes, x,
                              wanted_back);
  sbnn_dequantize_planes(channels, output.channel_bits, count, planes, x, back);
  for (int32_t i = 0; i < values; ++i) {
    numbers[i] = ((double)wanted_back[i] + most) / 2.0;
  }
  uint32_t* wanted = words_for(parts * levels, bits);
  uint32_t* found = words_for(parts * levels, bits);
  reference_quantize_levels(&output, count, numbers, wanted);
  sbnn_quantize_planes(&read, count, planes, x, found);
  return same(wanted, found, parts * levels, bits) &&
         memcmp(back, wanted_back, (size_t)values * 4u) == 0;
}

static bool add_case(void) {
  sbnn_add_params p;
  p.channels = PICK(1, 2, 5);
  p.other_planes = random_in(1, 16);
  const int32_t planes = PICK(p.other_planes, random_in(1, 16));
  const int32_t widest = planes > p.other_planes ? planes : p.other_planes;
  const int32_t out_planes = PICK(widest, random_in(1, widest));
  const int32_t positions = PICK(1, 31, 32, 33, 100);
  const uint32_t* x = random_planes(p.channels * planes, positions);
  const uint32_t* other = random_planes(p.channels * p.other_planes, positions);
  uint32_t* wanted = words_for(p.channels * out_planes, positions);
  uint32_t* found = words_for(p.channels * out_planes, positions);
  reference_add_planes(&p, planes, out_planes, positions, x, other, wanted);
  sbnn_add_planes(&p, planes, out_planes, sbnn_plane_words(positions), x, other,
                  found);
  return same(wanted, found, p.channels * out_planes, positions);
}

int main(void) {
  return RUN_CASES(60, 1000, {"max pooling", max_pool_case},
                   {"average pooling", average_pool_case},
                   {"quantizing numbers", quantize_case},
                   {"quantizing planes", planes_case}, {"adding", add_case});
}
