#include "support.h"

#include <string.h>

#include "sbnn/planes.h"

#ifdef SBNN_QEMU
#include "startup.h"
#else
#include <stdio.h>
#include <stdlib.h>
#endif

static uint32_t random_state = 1;

void seed_random(uint32_t seed) { random_state = seed * 2654435761u + 1u; }

uint32_t random_word(void) {
  uint32_t x = 0;
  for (int i = 0; i < 2; ++i) {
    random_state = random_state * 1664525u + 1013904223u;
    x = (x << 16) | (random_state >> 16);
  }
  return x;
}

int32_t random_in(int32_t low, int32_t high) {
  return low + (int32_t)(random_word() % (uint32_t)(high - low + 1));
}

int32_t pick(const int32_t* from, int32_t count) {
  return from[random_in(0, count - 1)];
}

#ifdef SBNN_QEMU
static uint32_t pool[700000];
static size_t pool_used;
enum { GUARD = 0x5AFEC0DE };

void* allocate(size_t bytes) {
  const size_t words = (bytes + 3u) / 4u;
  uint32_t* block = pool + pool_used;
  if (pool_used + words + 2u > sizeof(pool) / sizeof(pool[0])) {
    print("the pool of the tests is too small\n");
    bench_exit(4);
  }
  block[0] = (uint32_t)words;
  block[words + 1u] = (uint32_t)GUARD;
  memset(block + 1, 0xA5, words * 4u);
  pool_used += words + 2u;
  return block + 1;
}

bool free_all(void) {
  bool whole = true;
  for (size_t at = 0; at < pool_used;) {
    const size_t words = pool[at];
    if (at + words + 1u >= pool_used ||
        pool[at + words + 1u] != (uint32_t)GUARD) {
      whole = false;
      break;
    }
    at += words + 2u;
  }
  pool_used = 0;
  return whole;
}

void print(const char* text) { bench_print(text); }

void print_number(const char* name, int32_t number) {
  print(" ");
  print(name);
  print(number < 0 ? " -" : " ");
  bench_print_number((uint32_t)(number < 0 ? -number : number));
}
#else
static void* blocks[64];
static int block_count;

void* allocate(size_t bytes) {
  void* block = malloc(bytes > 0u ? bytes : 1u);
  if (block == NULL || block_count == 64) abort();
  memset(block, 0xA5, bytes);
  blocks[block_count++] = block;
  return block;
}

bool free_all(void) {
  while (block_count > 0) free(blocks[--block_count]);
  return true;
}

void print(const char* text) { fputs(text, stdout); }

void print_number(const char* name, int32_t number) {
  printf(" %s %d", name, (int)number);
}
#endif

int run_cases(const case_kind* kinds, size_t count, int32_t few, int32_t many) {
#if defined(SBNN_QEMU) || defined(SBNN_FEW_CASES)
  const int32_t cases = few;
  (void)many;
#else
  const int32_t cases = many;
  (void)few;
#endif
  int32_t wrong = 0;
  for (int32_t seed = 1; seed <= cases && wrong < 10; ++seed) {
    for (size_t i = 0; i < count; ++i) {
      seed_random((uint32_t)seed);
      const bool right = kinds[i].run();
      if (!free_all() || !right) {
        print(kinds[i].name);
        print_number("seed", seed);
        print(right ? ": writes outside its memory\n" : ": wrong result\n");
        ++wrong;
      }
    }
  }
  print_number("cases", cases);
  print_number("wrong", wrong);
  print("\n");
  return wrong != 0;
}

static void put_bits(uint32_t* words, uint32_t* at, uint32_t value,
                     uint32_t count) {
  for (uint32_t i = count; i-- > 0u; ++*at) {
    if (words != NULL && ((value >> i) & 1u) != 0u) {
      words[*at / 32u] |= 0x80000000u >> (*at % 32u);
    }
  }
}

static uint32_t write_rice(const int8_t* ones, int32_t weights, uint32_t k,
                           uint32_t* words) {
  uint32_t at = 0;
  int32_t last = -1;
  for (int32_t i = 0; i < weights; ++i) {
    if (ones[i] == 0) continue;
    const uint32_t gap = (uint32_t)(i - last - 1);
    at += gap >> k;
    put_bits(words, &at, 1u, 1u);
    put_bits(words, &at, gap & ((1u << k) - 1u), k);
    last = i;
  }
  return at;
}

/* Bytes of the code of bytes; *skips is whether it has some that are no connection. */
static int32_t write_bytes(const int8_t* ones, int32_t weights, uint32_t* words,
                           bool* skips) {
  int32_t at = 0, last = -1;
  *skips = false;
  for (int32_t i = 0; i < weights; ++i) {
    if (ones[i] == 0) continue;
    for (int32_t gap = i - last - 1; gap >= 0; gap -= 255, ++at) {
      if (gap >= 255) *skips = true;
      if (words != NULL) {
        const uint32_t byte = gap < 255 ? (uint32_t)gap : 255u;
        words[at / 4] &= ~((255u ^ byte) << (at % 4 * 8));
      }
    }
    last = i;
  }
  return at;
}

sbnn_connections sliced_kernel(const int8_t* weights, int32_t units,
                               int32_t inputs) {
  sbnn_connections out = {0};
  const int32_t groups = (units + 31) / 32;
  for (int32_t i = 0; i < units * inputs; ++i) {
    if (weights[i] < 0) out.is_signed = 1;
  }
  const int32_t block = out.is_signed != 0u ? 2 * inputs : inputs;
  out.word_count = groups * block + units;
  uint32_t* words = (uint32_t*)allocate((size_t)out.word_count * 4u);
  memset(words, 0, (size_t)out.word_count * 4u);
  for (int32_t u = 0; u < units; ++u) {
    for (int32_t i = 0; i < inputs; ++i) {
      const int32_t weight = weights[u * inputs + i];
      if (weight == 0) continue;
      words[u / 32 * block + i + (weight < 0 ? inputs : 0)] |= 1u << (u % 32);
      words[groups * block + u] += 1u;
      out.count += 1;
    }
  }
  out.words = words;
  out.weights = units * inputs;
  out.code = SBNN_CODE_SLICED;
  return out;
}

void sign_kernel(sbnn_connections* kernel, int8_t* weights, int32_t percent) {
  const int32_t words = sbnn_sign_words(kernel->count);
  uint32_t* signs = (uint32_t*)allocate((size_t)words * 4u);
  memset(signs, 0, (size_t)words * 4u);
  int32_t number = 0;
  for (int32_t i = 0; i < kernel->weights; ++i) {
    if (weights[i] == 0) continue;
    if (random_in(0, 99) < percent) {
      weights[i] = -1;
      signs[number / 32] |= 1u << number % 32;
    }
    ++number;
  }
  kernel->is_signed = 1;
  kernel->signs = signs;
}

sbnn_connections bytes_kernel(const int8_t* weights, int32_t outputs,
                              int32_t fan_in) {
  sbnn_connections out = {0};
  bool skips;
  out.weights = outputs * fan_in;
  for (int32_t i = 0; i < out.weights; ++i) out.count += weights[i] != 0;
  const int32_t bytes = write_bytes(weights, out.weights, NULL, &skips);
  out.word_count = bytes == 0 ? 1 : (bytes + 3) / 4;
  uint32_t* words = (uint32_t*)allocate((size_t)out.word_count * 4u);
  memset(words, 255, (size_t)out.word_count * 4u);
  write_bytes(weights, out.weights, words, &skips);
  out.words = words;
  out.code = SBNN_CODE_BYTES;
  out.parameter = skips ? 1 : 0;
  sbnn_check_connections(&out, fan_in);
  return out;
}

/* Golomb-Rice with the best parameter, or a bitmap. */
static sbnn_connections small_kernel(const int8_t* ones, int32_t outputs,
                                     int32_t fan_in) {
  sbnn_connections out = {0};
  const int32_t weights = outputs * fan_in;
  uint32_t best = (uint32_t)weights, parameter = 0;
  out.code = SBNN_CODE_BITMAP;
  for (uint32_t k = 0; k < 20u; ++k) {
    const uint32_t bits = write_rice(ones, weights, k, NULL);
    if (bits < best) {
      best = bits;
      parameter = k;
      out.code = SBNN_CODE_RICE;
    }
  }
  out.word_count = (int32_t)((best + 31u) / 32u);
  if (out.word_count == 0) out.word_count = 1;
  uint32_t* words = (uint32_t*)allocate((size_t)out.word_count * 4u);
  memset(words, 0, (size_t)out.word_count * 4u);
  if (out.code == SBNN_CODE_RICE) {
    write_rice(ones, weights, parameter, words);
  } else {
    uint32_t at = 0;
    for (int32_t i = 0; i < weights; ++i)
      put_bits(words, &at, (uint32_t)ones[i], 1u);
  }
  out.words = words;
  out.weights = weights;
  for (int32_t i = 0; i < weights; ++i) out.count += ones[i] != 0;
  out.parameter = (uint8_t)parameter;
  sbnn_check_connections(&out, fan_in);
  return out;
}

sbnn_connections random_kernel_coded(int32_t outputs, int32_t fan_in,
                                     int32_t percent, bool in_bytes,
                                     int8_t** all_weights) {
  const int32_t weights = outputs * fan_in;
  int8_t* ones = (int8_t*)allocate((size_t)weights);
  if (all_weights != NULL) *all_weights = ones;
  /* Exactly the share asked for: each weight is drawn from those still due. */
  int32_t due = (int32_t)(((int64_t)weights * percent + 50) / 100);
  for (int32_t i = 0; i < weights; ++i) {
    ones[i] = random_in(1, weights - i) <= due ? 1 : 0;
    due -= ones[i];
  }
  return in_bytes ? bytes_kernel(ones, outputs, fan_in)
                  : small_kernel(ones, outputs, fan_in);
}

sbnn_connections random_kernel(int32_t outputs, int32_t fan_in, int32_t percent,
                               int8_t** weights) {
  const bool in_bytes = random_in(0, 2) == 0;
  return random_kernel_coded(outputs, fan_in, percent, in_bytes, weights);
}

uint32_t* random_planes(int32_t planes, int32_t positions) {
  const int32_t words = sbnn_plane_words(positions);
  uint32_t* out = (uint32_t*)allocate((size_t)(planes * words) * 4u);
  for (int32_t i = 0; i < planes * words; ++i) out[i] = random_word();
  for (int32_t i = 0; i < planes && positions % 32 != 0; ++i) {
    out[(i + 1) * words - 1] &= 0xFFFFFFFFu >> (32 - positions % 32);
  }
  return out;
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

static int32_t* random_numbers(int32_t count, int32_t most) {
  int32_t* out = (int32_t*)allocate((size_t)count * 4u);
  for (int32_t i = 0; i < count; ++i) out[i] = random_in(-most, most);
  return out;
}

static size_t place_planes(sbnn_output* out, int32_t positions,
                           int32_t planes) {
  out->face = sbnn_planes_face(planes);
  if (positions == 0) {
    out->plane_bits = 32 * sbnn_plane_words(out->channels);
    out->channel_bits = 1;
    return (size_t)(planes * out->plane_bits) / 8u;
  }
  out->plane_bits = 32 * sbnn_plane_words(positions);
  out->channel_bits = planes * out->plane_bits;
  return (size_t)(out->channels * out->channel_bits) / 8u;
}

sbnn_integers integers_of(const int32_t* values, int32_t count) {
  static int32_t turn = 0; /* random numbers stay those of the tests */
  int32_t bytes = 1 << turn++ % 3;
  for (int32_t i = 0; i < count; ++i) {
    if (bytes == 1 && values[i] != (int8_t)values[i]) bytes = 2;
    if (bytes == 2 && values[i] != (int16_t)values[i]) bytes = 4;
  }
  uint8_t* out = (uint8_t*)allocate((size_t)(count * bytes));
  for (int32_t i = 0; i < count; ++i) { /* lowest byte first */
    for (int32_t j = 0; j < bytes; ++j) {
      out[i * bytes + j] = (uint8_t)((uint32_t)values[i] >> (8 * j));
    }
  }
  const sbnn_integers all = {out, bytes};
  return all;
}

sbnn_output bits_output(int32_t channels, int32_t positions,
                        const int32_t* thresholds) {
  sbnn_output out;
  memset(&out, 0, sizeof(out));
  out.stage = SBNN_CUTS;
  out.face = sbnn_bits_face();
  out.channels = channels;
  place_planes(&out, positions, 1);
  out.by.cuts.count = 1;
  out.by.cuts.thresholds = integers_of(thresholds, channels);
  out.by.cuts.flips = random_planes(1, channels);
  return out;
}

static void sort_numbers(int32_t* numbers, int32_t count) {
  for (int32_t i = 1; i < count; ++i) {
    for (int32_t j = i; j > 0 && numbers[j] < numbers[j - 1]; --j) {
      const int32_t larger = numbers[j - 1];
      numbers[j - 1] = numbers[j];
      numbers[j] = larger;
    }
  }
}

/* Activations of several bits; half of the channels have cuts as far below the middle
 * one as above. */
static sbnn_output levels_output(int32_t channels, int32_t positions,
                                 int32_t planes, int32_t spread,
                                 size_t* bytes) {
  const int32_t cuts = (1 << planes) - 1;
  int32_t* thresholds = random_thresholds(channels * cuts, spread);
  for (int32_t c = 0; c < channels; ++c) {
    int32_t* of_channel = thresholds + c * cuts;
    if (random_in(0, 1) != 0) {
      const int32_t middle = random_in(-spread, spread) / 2;
      const int32_t step = random_in(0, spread);
      for (int32_t i = 0; i < cuts; ++i) {
        of_channel[i] = middle + (i - cuts / 2) * step;
      }
    }
    sort_numbers(of_channel, cuts);
  }
  sbnn_output out = bits_output(channels, positions, thresholds);
  *bytes = place_planes(&out, positions, planes);
  out.by.cuts.count = cuts;
  out.by.cuts.thresholds = integers_of(thresholds, channels * cuts);
  return out;
}

/* Sums before the shift are moved by up to `spread`, or, if that is 0, as far as streams
 * reach. */
static sbnn_output random_stream(int32_t channels, int32_t positions,
                                 int32_t planes, int32_t spread,
                                 size_t* bytes) {
  sbnn_output out;
  memset(&out, 0, sizeof(out));
  out.stage = SBNN_STREAM;
  out.channels = channels;
  *bytes = place_planes(&out, positions, planes);
  const int32_t shift = PICK(0, 3, 5, 8, 12);
  int32_t* multipliers = (int32_t*)allocate((size_t)channels * 4u);
  int32_t* offsets = (int32_t*)allocate((size_t)channels * 4u);
  for (int32_t c = 0; c < channels; ++c) {
    const int32_t raised = random_in(shift > 5 ? shift - 5 : 0, shift + 2);
    multipliers[c] = 1 << raised;
    if (random_in(0, 1) != 0) multipliers[c] = -multipliers[c];
    const int32_t most =
        spread == 0 ? 1 << (planes + shift - 1) : spread << raised;
    offsets[c] = random_in(-most, most);
  }
  if (spread == 0 && random_in(0, 9) == 0)
    offsets[0] = PICK(1 << 30, -(1 << 30));
  out.by.stream.shift = shift;
  out.by.stream.multipliers = integers_of(multipliers, channels);
  out.by.stream.offsets = integers_of(offsets, channels);
  if (random_in(0, 1) != 0) {
    out.by.stream.before = positions == 0
                               ? random_planes(planes, channels)
                               : random_planes(channels * planes, positions);
  }
  return out;
}

sbnn_output short_output(int32_t channels, int32_t positions, int32_t spread,
                         size_t* bytes) {
  const int32_t planes = random_in(1, 9);
  return planes <= 2
             ? levels_output(channels, positions, planes, spread, bytes)
             : random_stream(channels, positions, planes, spread, bytes);
}

sbnn_output random_output(int32_t channels, int32_t positions, int32_t spread,
                          size_t* bytes) {
  sbnn_output out;
  memset(&out, 0, sizeof(out));
  sbnn_scale* scale = &out.by.scale;
  out.stage = SBNN_SCALE;
  out.channels = channels;
  const int32_t kind = random_in(0, 7);
  if (kind < 2) {
    out = bits_output(channels, positions, random_thresholds(channels, spread));
    *bytes = place_planes(&out, positions, 1);
    return out;
  }
  if (kind == 2) {
    return levels_output(channels, positions,
                         random_in(2, SBNN_MAX_ACTIVATION_BITS), spread, bytes);
  }
  if (kind == 3) {
    const int32_t planes = PICK(2, 5, 6, 8, 9, 16);
    return random_stream(channels, positions, planes, 0, bytes);
  }
  const size_t values = (size_t)(channels * (positions == 0 ? 1 : positions));
  if (kind < 6) {
    out.face = sbnn_number_face(SBNN_FLOAT_NUMBERS);
    scale->factors = random_floats(channels);
    scale->biases = random_floats(channels);
    *bytes = 4u * values;
    return out;
  }
  out.face =
      sbnn_number_face(kind == 6 ? SBNN_INT8_NUMBERS : SBNN_INT16_NUMBERS);
  scale->shift = random_in(0, 12);
  scale->multipliers =
      random_numbers(channels, kind == 6 ? 300 : INT32_MAX / 4);
  scale->offsets = random_numbers(channels, 100000);
  if (kind == 7) scale->shift = 31;
  *bytes = values * (kind == 6 ? 1u : 2u);
  return out;
}
