/* 3x3 convolution, 64 -> 64 channels, 32x32, stride 1, "same" zero padding. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/planes.h"
#include "startup.h"
#include "support.h"

static bool run(const char* name, int32_t percent, bool plus_minus_one) {
  sbnn_conv2d_params p = {32, 32, 64, 32, 32, 64, 3,     3, 1,     1,
                          1,  1,  1,  1,  0,  1,  32768, 0, {0, 0}};
  if (plus_minus_one) {
    p.domain.alpha_steps = -1;
    p.domain.shift = 1;
  }
  const sbnn_connections kernel = random_kernel(64, 9 * 64, percent, NULL);
  int32_t* thresholds = (int32_t*)allocate(64u * 4u);
  for (int i = 0; i < 64; ++i) thresholds[i] = random_in(-6, 6);
  const sbnn_output output = bits_output(64, 1024, thresholds);
  const uint32_t* x = random_planes(64, 1024);
  void* found = allocate(8192u);
  const size_t scratch = sbnn_conv2d_bits_scratch_bytes(&p, &kernel, &output);
  void* memory = allocate(scratch);
  bench_start();
  sbnn_conv2d_bits(&p, &kernel, &output, x, found, memory);
  const uint32_t instructions = bench_stop();
  bench_print("mcu.conv_64x64_32x32.");
  bench_report(name, instructions);
  bench_print("scratch.");
  bench_report(name, (uint32_t)scratch);
  bool same = true;
#ifdef SBNN_BENCH_CHECK
  void* wanted = allocate(8192u);
  reference_conv2d_bits(&p, &kernel, &output, x, wanted,
                        allocate(reference_conv2d_scratch_bytes(&p)));
  same = memcmp(found, wanted, 8192u) == 0;
#endif
  return free_all() && same;
}

int main(void) {
  seed_random(7);
  bool right = run("10", 10, false);
  right = run("5", 5, false) && right;
  right = run("2", 2, false) && right;
  right = run("pm1", 50, true) && right;
  if (!right) bench_print("wrong result\n");
  return right ? 0 : 1;
}
