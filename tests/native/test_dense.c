/* Dense layers of random shapes give the reference's results, bit by bit. */
#include <string.h>

#include "reference/reference.h"
#include "sbnn/planes.h"
#include "support.h"

static int8_t* random_int8(int32_t count) {
  int8_t* out = (int8_t*)allocate((size_t)count);
  for (int32_t i = 0; i < count; ++i) out[i] = (int8_t)random_in(-128, 127);
  return out;
}

static bool is_valid(sbnn_connections* kernel, int32_t fan_in) {
  return sbnn_code_is_possible(kernel, fan_in) &&
         sbnn_check_connections(kernel, fan_in);
}

static bool run(sbnn_dense_params* p) {
  const int32_t inputs = p->planes * p->positions;
  const int32_t percent = PICK(0, 1, 2, 5, 10, 20, 30, 50, 100);
  int8_t* ones;
  sbnn_connections kernel = random_kernel(p->units, inputs, percent, &ones);
  if (p->domain.alpha_steps == 0 && random_in(0, 1) != 0) {
    sign_kernel(&kernel, ones, PICK(0, 10, 50, 90, 100));
  }
  sbnn_connections sliced = sliced_kernel(ones, p->units, inputs);
  p->input_bits = PICK(0, 1, 1, 2, 3, 4);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  size_t bytes;
  sbnn_output output = random_output(
      p->units, 0, (inputs / 8 + 2) << (p->domain.shift + levels - 1), &bytes);
  void* wanted = allocate(bytes);
  void* found = allocate(bytes);
  bool right = is_valid(&kernel, inputs) && is_valid(&sliced, inputs) &&
               sliced.most == kernel.most;

  uint32_t* x = random_planes(levels * p->planes, p->positions);
  const int32_t words = levels * p->planes * sbnn_plane_words(p->positions);
  if (random_in(0, 3) == 0) { /* mostly -1 */
    for (int32_t i = 0; i < words; ++i) x[i] &= random_word();
  }
  reference_dense_bits(p, &kernel, &output, x, wanted);
  sbnn_dense_bits(p, &kernel, &output, x, found,
                  allocate(sbnn_dense_bits_scratch_bytes(p, &kernel)));
  right = right && memcmp(wanted, found, bytes) == 0;
  memset(found, 0x5A, bytes);
  sbnn_dense_bits(p, &sliced, &output, x, found,
                  allocate(sbnn_dense_bits_scratch_bytes(p, &sliced)));
  right = right && memcmp(wanted, found, bytes) == 0;

  sbnn_dense_params numbers = *p;
  numbers.planes = 1;
  numbers.positions = inputs;
  numbers.in_zero_point = random_in(-128, 127);
  const int8_t* q = random_int8(inputs);
  reference_dense_int8(&numbers, ones, &output, q, wanted);
  sbnn_dense_int8(&numbers, &kernel, &output, q, found,
                  allocate(sbnn_dense_int8_scratch_bytes(&kernel)));
  right = right && memcmp(wanted, found, bytes) == 0;

  if (output.stage == SBNN_CUTS || output.face.kind == SBNN_FLOAT_NUMBERS) {
    float* real = (float*)allocate((size_t)inputs * 4u);
    const int32_t cuts =
        output.stage == SBNN_CUTS ? output.by.cuts.count * p->units : 0;
    float* thresholds = (float*)allocate((size_t)cuts * 4u);
    for (int32_t i = 0; i < inputs; ++i) {
      real[i] = (float)random_in(-1000, 1000) / 100.0f;
    }
    for (int32_t i = 0; i < cuts; ++i) {
      thresholds[i] = (float)random_in(-20, 20);
    }
    if (output.stage == SBNN_CUTS) {
      output.by.cuts.float_thresholds = thresholds;
    }
    reference_dense_float(&numbers, &kernel, &output, real, wanted);
    sbnn_dense_float(&numbers, &kernel, &output, real, found,
                     allocate(sbnn_dense_float_scratch_bytes(&kernel)));
    right = right && memcmp(wanted, found, bytes) == 0;
  }
  return right;
}

/* Gaps that are bytes over int8, small and many: connections end anywhere in a word, and words
 * anywhere in a word of signs. */
static bool run_bytes(void) {
  sbnn_dense_params p;
  memset(&p, 0, sizeof(p));
  p.units = PICK(1, 2, 5, 9, 40);
  p.planes = 1;
  p.positions = PICK(1, 3, 16, 49, 200, 500);
  p.in_zero_point = PICK(-128, -3, 0, 127);
  int8_t* ones;
  sbnn_connections kernel = random_kernel_coded(
      p.units, p.positions, PICK(0, 1, 5, 20, 60, 100), true, &ones);
  if (random_in(0, 2) != 0) sign_kernel(&kernel, ones, PICK(0, 10, 50, 100));
  size_t bytes;
  const sbnn_output output = random_output(p.units, 0, 4096, &bytes);
  void* wanted = allocate(bytes);
  void* found = allocate(bytes);
  const int8_t* x = random_int8(p.positions);
  reference_dense_int8(&p, ones, &output, x, wanted);
  sbnn_dense_int8(&p, &kernel, &output, x, found,
                  allocate(sbnn_dense_int8_scratch_bytes(&kernel)));
  return is_valid(&kernel, p.positions) && memcmp(wanted, found, bytes) == 0;
}

int main(void) {
#if defined(SBNN_QEMU) || defined(SBNN_FEW_CASES)
  const int32_t cases = 60;
#else
  const int32_t cases = 2000;
#endif
  int32_t wrong = 0;
  for (int32_t seed = 1; seed <= cases && wrong < 10; ++seed) {
    sbnn_dense_params p;
    memset(&p, 0, sizeof(p));
    seed_random((uint32_t)seed);
    p.units = PICK(1, 2, 10, 31, 32, 33, 70);
    p.planes = PICK(1, 1, 1, 2, 5, 16);
    p.positions = PICK(1, 3, 16, 31, 32, 49, 64, 200);
    switch (random_in(0, 3)) {
      case 0:
        p.domain.alpha_steps = -1;
        p.domain.shift = 1;
        break;
      case 1:
        p.domain.alpha_steps = random_in(-40, 40);
        p.domain.shift = 6;
        break;
      default: break;
    }
    const bool right = run(&p);
    if (!right || !free_all()) {
      print("dense");
      print_number("units", p.units);
      print_number("planes", p.planes);
      print_number("positions", p.positions);
      print_number("alpha_steps", p.domain.alpha_steps);
      print_number("seed", seed);
      print(right ? ": writes outside its memory\n" : ": wrong result\n");
      free_all();
      ++wrong;
    }
  }
  for (int32_t seed = 1; seed <= 10 * cases && wrong < 10; ++seed) {
    seed_random((uint32_t)seed);
    const bool right = run_bytes();
    if (!right || !free_all()) {
      print_number("bytes over int8, seed", seed);
      print(right ? ": writes outside its memory\n" : ": wrong result\n");
      free_all();
      ++wrong;
    }
  }
  print_number("cases", 11 * cases);
  print_number("wrong", wrong);
  print("\n");
  return wrong != 0;
}
