/* Convolutions of random shapes give the reference's results, bit by bit. */
#include <string.h>

#include "conv2d_cases.h"
#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static bool random_case(sbnn_conv2d_params* p, int32_t largest) {
  memset(p, 0, sizeof(*p));
  p->in_height = random_in(1, largest);
  p->in_width = PICK(1, 2, 7, 8, 13, 16, 28, 30, 32, 32, 33, 40, 64, 70);
  if (p->in_width * p->in_height > largest * 40) return false;
  const int32_t groups = PICK(1, 1, 1, 1, 2, 3, 8);
  const int32_t in = PICK(1, 1, 2, 3, 5, 8), out = PICK(1, 1, 2, 3, 4, 9);
  p->groups = groups;
  p->in_channels = groups * in;
  p->out_channels = groups * out;
  if (random_in(0, 9) == 0) {
    p->groups = 1;
    p->in_channels = PICK(64, 70, 33);
    p->out_channels = PICK(3, 33);
  }
  p->pad_value = PICK(0, 0, 1, -1);
  random_domain(&p->domain);
  if (random_in(0, 3) == 0) {
    usual_shape(p);
    return true;
  }
  return random_axis(p->in_height, &p->kernel_height, &p->stride_height,
                     &p->dilation_height, &p->pad_top, &p->out_height) &&
         random_axis(p->in_width, &p->kernel_width, &p->stride_width,
                     &p->dilation_width, &p->pad_left, &p->out_width);
}

static void print_case(const sbnn_conv2d_params* p) {
  print("conv2d");
  print_number("in", p->in_height);
  print_number("x", p->in_width);
  print_number("x", p->in_channels);
  print_number("out", p->out_height);
  print_number("x", p->out_width);
  print_number("x", p->out_channels);
  print_number("kernel", p->kernel_height);
  print_number("x", p->kernel_width);
  print_number("stride", p->stride_height);
  print_number("x", p->stride_width);
  print_number("dilation", p->dilation_height);
  print_number("x", p->dilation_width);
  print_number("pad", p->pad_top);
  print_number("x", p->pad_left);
  print_number("value", p->pad_value);
  print_number("groups", p->groups);
  print_number("tap_major", p->tap_major);
  print_number("alpha_steps", p->domain.alpha_steps);
  print_number("shift", p->domain.shift);
}

static bool int8_case(sbnn_conv2d_params p) {
  const int32_t fan_in =
      p.in_channels / p.groups * p.kernel_height * p.kernel_width;
  const int32_t positions = p.out_height * p.out_width;
  p.pad_value = 0;
  p.in_zero_point = random_in(-128, 127);
  p.band_bytes = PICK(0, 1, 1000, 4000);
  int8_t* weights;
  sbnn_connections kernel = random_kernel(
      p.out_channels, fan_in, PICK(0, 2, 5, 10, 30, 50, 100), &weights);
  if (p.domain.alpha_steps == 0 && p.domain.shift == 0) {
    sign_kernel(&kernel, weights, PICK(0, 10, 50, 90, 100));
  }
  size_t y_bytes;
  /* Some images and thresholds are as far out as they can be: lanes of 16 bits
   * are just wide enough for them, or just not. */
  const bool far = random_in(0, 2) == 0;
  const sbnn_output output = random_output(
      p.out_channels, positions,
      (fan_in * (far ? 512 : 30) + 200) << p.domain.shift, &y_bytes);
  const int32_t elements = p.in_height * p.in_width * p.in_channels;
  int8_t* x = (int8_t*)allocate((size_t)elements);
  const int32_t end = PICK(-128, 127);
  for (int32_t i = 0; i < elements; ++i) {
    x[i] = (int8_t)(far && random_in(0, 99) ? end : random_in(-128, 127));
  }
  void* wanted = allocate(y_bytes);
  void* found = allocate(y_bytes);
  reference_conv2d_int8(&p, weights, &output, x, wanted);
  sbnn_conv2d_int8(&p, &kernel, &output, x, found,
                   allocate(sbnn_conv2d_int8_scratch_bytes(&p, &kernel)));
  return memcmp(wanted, found, y_bytes) == 0;
}

/* Half of the kernels that can have signs do. */
static void sign_some(const sbnn_conv2d_params* p, sbnn_connections* kernel,
                      int8_t* weights) {
  if (p->domain.alpha_steps == 0 && p->domain.shift == 0 &&
      random_in(0, 1) != 0) {
    sign_kernel(kernel, weights, PICK(0, 10, 50, 90, 100));
  }
}

/* `is_short`: few connections of few levels, whose sums have cores with programs of their
 * own (plane_ends_thumb2.h). */
static bool bits_case(sbnn_conv2d_params p_of_bits, bool is_short) {
  sbnn_conv2d_params* p = &p_of_bits;
  const int32_t fan_in =
      p->in_channels / p->groups * p->kernel_height * p->kernel_width;
  const int32_t positions = p->out_height * p->out_width;
  int8_t* weights;
  int32_t percent = PICK(0, 2, 5, 10, 30, 50, 100);
  if (is_short) {
    percent = 100 * random_in(0, 60) / fan_in;
    memset(&p->domain, 0, sizeof(p->domain));
  }
  sbnn_connections kernel = random_kernel(
      p->out_channels, fan_in, percent < 100 ? percent : 100, &weights);
  sign_some(p, &kernel, weights);
  p->input_bits = is_short ? random_in(1, 2) : PICK(0, 1, 1, 2, 2, 3, 4);
  p->tap_major = random_in(0, 1);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  size_t y_bytes;
  const int32_t spread = is_short ? PICK(4, 20, 60)
                                  : (fan_in / 4 + 2)
                                        << (p->domain.shift + levels - 1);
  const sbnn_output output =
      is_short ? short_output(p->out_channels, positions, spread, &y_bytes)
               : random_output(p->out_channels, positions, spread, &y_bytes);
  const uint32_t* x =
      random_planes(levels * p->in_channels, p->in_height * p->in_width);
  void* wanted = allocate(y_bytes);
  void* found = allocate(y_bytes);
  reference_conv2d_bits(p, &kernel, &output, x, wanted,
                        allocate(reference_conv2d_scratch_bytes(p)));
  sbnn_conv2d_bits(
      p, &kernel, &output, x, found,
      allocate(sbnn_conv2d_bits_scratch_bytes(p, &kernel, &output)));
  return memcmp(wanted, found, y_bytes) == 0;
}

/* Numbers of a few bits, so that sums are exact in whatever order. */
static bool float_case(const sbnn_conv2d_params* p) {
  const int32_t fan_in =
      p->in_channels / p->groups * p->kernel_height * p->kernel_width;
  int8_t* weights;
  sbnn_connections kernel =
      random_kernel(p->out_channels, fan_in, PICK(0, 2, 10, 50, 100), &weights);
  sign_some(p, &kernel, weights);
  const int32_t positions = p->out_height * p->out_width;
  size_t y_bytes;
  sbnn_output output = random_output(p->out_channels, positions, 1, &y_bytes);
  if (output.stage != SBNN_CUTS && output.face.kind != SBNN_FLOAT_NUMBERS) {
    return true;
  }
  const int32_t cuts =
      output.stage == SBNN_CUTS ? output.by.cuts.count * p->out_channels : 0;
  float* thresholds = (float*)allocate((size_t)cuts * 4u);
  for (int32_t i = 0; i < cuts; ++i) {
    thresholds[i] = (float)random_in(-fan_in, fan_in) / 4.0f;
  }
  if (output.stage == SBNN_CUTS) output.by.cuts.float_thresholds = thresholds;
  const int32_t elements = p->in_height * p->in_width * p->in_channels;
  float* x = (float*)allocate((size_t)elements * 4u);
  for (int32_t i = 0; i < elements; ++i)
    x[i] = (float)random_in(-64, 64) / 16.0f;
  void* wanted = allocate(y_bytes);
  void* found = allocate(y_bytes);
  reference_conv2d_float(p, &kernel, &output, x, wanted,
                         allocate(reference_conv2d_scratch_bytes(p)));
  sbnn_conv2d_float(p, &kernel, &output, x, found,
                    allocate(sbnn_conv2d_float_scratch_bytes(p)));
  return memcmp(wanted, found, y_bytes) == 0;
}

int main(void) {
#if defined(SBNN_QEMU) || defined(SBNN_FEW_CASES)
  const int32_t cases = 50, largest = 20;
#else
  const int32_t cases = 1000, largest = 40;
#endif
  int32_t run = 0, wrong = 0;
  for (int32_t seed = 1; run < cases; ++seed) {
    sbnn_conv2d_params p;
    seed_random((uint32_t)seed);
    if (!random_case(&p, largest)) continue;
    ++run;
    p.band_bytes = PICK(0, 0, 1, 500, 3000);
    const bool same = bits_case(p, false) && bits_case(p, true) &&
                      (run % 2 != 0 ? float_case(&p) : int8_case(p));
    if (!same || !free_all()) {
      print_case(&p);
      print_number("seed", seed);
      print(same ? ": writes outside its memory\n" : ": wrong result\n");
      free_all();
      if (++wrong == 10) break;
    }
  }
  print_number("cases", run);
  print_number("wrong", wrong);
  print("\n");
  return wrong != 0;
}
