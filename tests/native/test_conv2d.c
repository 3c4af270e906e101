/* Convolutions of random shapes give the reference's results, bit by bit. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static int32_t pick(const int32_t* from, int32_t count) {
  return from[random_in(0, count - 1)];
}

#define PICK(...)                                                   \
  pick((const int32_t[]){__VA_ARGS__},                              \
       (int32_t)(sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t)))

/* One axis: the sizes of "same", "valid" or free padding. False: no output. */
static bool random_axis(int32_t in, int32_t* kernel, int32_t* stride,
                        int32_t* dilation, int32_t* pad, int32_t* out) {
  *kernel = PICK(1, 2, 3, 3, 3, 3, 4, 5, 7);
  *stride = PICK(1, 1, 1, 1, 2, 2, 3);
  *dilation = PICK(1, 1, 1, 1, 2, 3);
  const int32_t span = (*kernel - 1) * *dilation + 1;
  switch (random_in(0, 3)) {
    case 0: /* valid */
      *pad = 0;
      *out = (in - span) / *stride + 1;
      return in >= span;
    case 1: /* more padding than any framework asks for */
      *pad = random_in(0, span + 3);
      *out = (in + 2 * *pad - span) / *stride + 1;
      return in + 2 * *pad >= span;
    default: { /* same */
      *out = (in + *stride - 1) / *stride;
      const int32_t total = (*out - 1) * *stride + span - in;
      *pad = total > 0 ? total / 2 : 0;
      return true;
    }
  }
}

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
  switch (random_in(0, 4)) {
    case 0: p->domain.alpha_steps = -1; p->domain.shift = 1; break;
    case 1:
      p->domain.alpha_steps = random_in(-40, 40);
      p->domain.shift = 6;
      break;
    case 2: p->domain.shift = random_in(0, 2); break;
    default: break;
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
  print_number("alpha_steps", p->domain.alpha_steps);
  print_number("shift", p->domain.shift);
}

/* Random thresholds around the middle of the sums, some out of reach. */
static int32_t* random_thresholds(int32_t channels, int32_t spread) {
  int32_t* out = (int32_t*)allocate((size_t)channels * 4u);
  for (int32_t i = 0; i < channels; ++i) {
    out[i] = random_in(-spread, spread);
    if (random_in(0, 15) == 0) out[i] = INT32_MAX;
    if (random_in(0, 15) == 0) out[i] = INT32_MIN;
  }
  return out;
}

static float* random_floats(int32_t count) {
  float* out = (float*)allocate((size_t)count * 4u);
  for (int32_t i = 0; i < count; ++i) {
    out[i] = (float)random_in(-1000, 1000) / 256.0f;
  }
  return out;
}

static bool bits_case(const sbnn_conv2d_params* p) {
  const int32_t fan_in =
      p->in_channels / p->groups * p->kernel_height * p->kernel_width;
  sbnn_connections kernel =
      random_kernel(p->out_channels, fan_in, PICK(0, 2, 5, 10, 30, 50, 100));
  const int32_t positions = p->out_height * p->out_width;
  sbnn_output output = {0};
  output.channels = p->out_channels;
  size_t y_bytes;
  if (random_in(0, 2) > 0) {
    output.kind = SBNN_TO_BITS;
    output.channel_bits = 32 * sbnn_plane_words(positions);
    const int32_t spread = fan_in / 4 + 2;
    output.thresholds = random_thresholds(
        p->out_channels, spread << p->domain.shift);
    output.flips = random_planes(1, p->out_channels);
    y_bytes = (size_t)(p->out_channels * sbnn_plane_words(positions)) * 4u;
  } else {
    output.kind = SBNN_TO_FLOAT;
    output.scale = random_floats(p->out_channels);
    output.bias = random_floats(p->out_channels);
    y_bytes = (size_t)(p->out_channels * positions) * 4u;
  }
  const uint32_t* x =
      random_planes(p->in_channels, p->in_height * p->in_width);
  void* wanted = allocate(y_bytes);
  void* found = allocate(y_bytes);
  reference_conv2d_bits(p, &kernel, &output, x, wanted,
                        allocate(reference_conv2d_scratch_bytes(p)));
  sbnn_conv2d_bits(
      p, &kernel, &output, x, found,
      allocate(sbnn_conv2d_bits_scratch_bytes(p, &kernel, &output)));
  return memcmp(wanted, found, y_bytes) == 0;
}

int main(void) {
#ifdef SBNN_QEMU
  const int32_t cases = 150, largest = 20;
#else
  const int32_t cases = 3000, largest = 40;
#endif
  int32_t run = 0, wrong = 0;
  for (int32_t seed = 1; run < cases; ++seed) {
    sbnn_conv2d_params p;
    seed_random((uint32_t)seed);
    if (!random_case(&p, largest)) continue;
    ++run;
    const bool same = bits_case(&p);
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
