/* Dense layer, 1024 inputs, 256 units, half of the inputs +1. */
#include <string.h>

#include "reference/reference.h"
#include "startup.h"
#include "support.h"

static bool measure(const char* name, const char* form,
                    const sbnn_connections* kernel, const uint32_t* x,
                    const sbnn_output* output) {
  const sbnn_dense_params p = {256, 1, 1024, 0, {0, 0}, 1};
  uint32_t* found = (uint32_t*)allocate(32u);
  uint32_t* wanted = (uint32_t*)allocate(32u);
  void* scratch = allocate(sbnn_dense_bits_scratch_bytes(&p, kernel));
  bench_start();
  sbnn_dense_bits(&p, kernel, output, x, found, scratch);
  const uint32_t instructions = bench_stop();
  bench_print("mcu.dense_1024x256.");
  bench_print(name);
  bench_report(form, instructions);
  bench_print("bytes.dense_1024x256.");
  bench_print(name);
  bench_report(form, 4u * (uint32_t)kernel->word_count);
  bool same = true;
#ifdef SBNN_BENCH_CHECK
  sbnn_connections plain = *kernel;
  static sbnn_connections rice;
  if (kernel->code == SBNN_CODE_SLICED) plain = rice;
  rice = plain;
  reference_dense_bits(&p, &plain, output, x, wanted);
  same = memcmp(found, wanted, 32u) == 0;
#else
  (void)wanted;
#endif
  return same;
}

static bool run(const char* name, int32_t percent) {
  int8_t* ones;
  const sbnn_connections kernel =
      random_kernel_coded(256, 1024, percent, false, &ones);
  const sbnn_connections bytes = bytes_kernel(ones, 256, 1024);
  const sbnn_connections sliced = sliced_kernel(ones, 256, 1024);
  int32_t* thresholds = (int32_t*)allocate(256u * 4u);
  for (int i = 0; i < 256; ++i) thresholds[i] = random_in(-8, 8);
  const sbnn_output output = bits_output(256, 0, thresholds);
  const uint32_t* x = random_planes(1, 1024);
  bool right = measure(name, ".size", &kernel, x, &output);
  right = measure(name, ".bytes", &bytes, x, &output) && right;
  right = measure(name, ".speed", &sliced, x, &output) && right;
  /* The worst case of the form for speed: exactly half of the inputs +1. */
  uint32_t* half = (uint32_t*)allocate(128u);
  for (int i = 0; i < 32; ++i) half[i] = 0x55555555u;
  right = measure(name, ".size_worst", &kernel, half, &output) && right;
  right = measure(name, ".speed_worst", &sliced, half, &output) && right;
  return free_all() && right;
}

int main(void) {
  seed_random(11);
  bool right = run("10", 10);
  right = run("5", 5) && right;
  right = run("2", 2) && right;
  if (!right) bench_print("wrong result\n");
  return right ? 0 : 1;
}
