/* Ops out of random bytes, prepared and, if nothing is found wrong, run, in buffers that
 * are exactly as large as the file says: AddressSanitizer and
 * UndefinedBehaviorSanitizer see every step outside. An op that runs as on a
 * microcontroller runs with each level of a host's instructions, too, to the same bits.
 *
 * The bytes first describe a whole op with valid codes, then spoil some of it. With
 * clang -fsanitize=fuzzer the bytes come from libFuzzer (libfuzzer.py); else `main` makes
 * them up, the same in every run: fuzz_ops [SEED [COUNT]].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_on_hosts.h"
#include "micro/micro_op.h"
#include "ops/classes.h"
#include "ops/face.h"
#include "ops/option_rules.h"
#include "ops/stage.h"
#include "ops/weights.h"
#include "sbnn/planes.h"

enum { MAX_OPTIONS = 32, TENSORS = 6, MOST_BYTES = 1 << 20 };

/* The random bytes. Behind their end there are zeros. */
typedef struct {
  const uint8_t* at;
  size_t left;
} source;

static uint32_t take(source* s, uint32_t bytes) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < bytes && s->left > 0u; ++i, --s->left) {
    value = value << 8 | *s->at++;
  }
  return value;
}

static int32_t below(source* s, int32_t limit) {
  return (int32_t)(take(s, 2) % (uint32_t)limit);
}

static bool one_in(source* s, int32_t chances) {
  return below(s, chances) == chances - 1;
}

/* A number as a broken file might have it. */
static int32_t strange(source* s) {
  static const int32_t kValues[] = {
      0,     -1,        1,         255, 256,     32767,         32768,
      65536, INT32_MAX, INT32_MIN, 31,  1 << 30, INT32_MAX - 31};
  const int32_t which = below(s, 20);
  if (which < 13) return kValues[which];
  return (int32_t)take(s, which < 17 ? 1 : 4);
}

typedef struct {
  const char* name;
  int32_t value;
} option;

typedef struct {
  const sbnn_op_class* kind;
  option options[MAX_OPTIONS];
  int32_t option_count;
  sbnn_tensor tensors[TENSORS]; /* inputs, then the output */
  size_t bytes[TENSORS];        /* of constants */
  int32_t inputs;
} model;

static void set(model* m, const char* name, int32_t value) {
  m->options[m->option_count].name = name;
  m->options[m->option_count++].value = value;
}

static void leave_out(model* m, const char* name) {
  for (int32_t i = 0; i < m->option_count; ++i) {
    if (strcmp(m->options[i].name, name) != 0) continue;
    m->options[i] = m->options[--m->option_count];
  }
}

/* All fields of a struct of parameters, from the list that has made it. */
#define SET_FIELD(name, low, high, when, meaning) set(m, #name, p.name);

/* The ranges of all options there are. */
static const struct {
  const char* name;
  int32_t low, high;
} kRanges[] = {
#define RANGE(name, low, high, when, meaning) {#name, low, high},
    SBNN_CONV2D_OPTIONS(RANGE) SBNN_DENSE_OPTIONS(RANGE)
        SBNN_MAX_POOL2D_OPTIONS(RANGE) SBNN_QUANTIZE_OPTIONS(RANGE)
            SBNN_DEQUANTIZE_OPTIONS(RANGE) SBNN_AVERAGE_POOL2D_OPTIONS(RANGE)
                SBNN_ADD_OPTIONS(RANGE) SBNN_FACE_OPTIONS(RANGE)
                    SBNN_WEIGHT_OPTIONS(RANGE) SBNN_STAGE_OPTIONS(RANGE)};

/* An option's value at, or just outside, an end of its range. */
static void set_to_limit(source* s, option* o) {
  const size_t count = sizeof(kRanges) / sizeof(kRanges[0]);
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(o->name, kRanges[i].name) != 0) continue;
    const uint32_t step = (uint32_t)below(s, 2);
    o->value = one_in(s, 2) ? (int32_t)((uint32_t)kRanges[i].low - step)
                            : (int32_t)((uint32_t)kRanges[i].high + step);
    return;
  }
}

/* The options as a FlexBuffers map whose numbers take four bytes. */
static size_t write_options(const model* m, uint8_t* to) {
  uint32_t keys[MAX_OPTIONS];
  const uint32_t n = (uint32_t)m->option_count;
  uint32_t at = 0;
  for (uint32_t i = 0; i < n; ++i) {
    keys[i] = at;
    const uint32_t length = (uint32_t)strlen(m->options[i].name) + 1u;
    memcpy(to + at, m->options[i].name, length);
    at += length;
  }
#define PUT(number)                          \
  do {                                       \
    const uint32_t put = (uint32_t)(number); \
    memcpy(to + at, &put, 4);                \
    at += 4u;                                \
  } while (0)
  PUT(n);
  const uint32_t key_vector = at;
  for (uint32_t i = 0; i < n; ++i) PUT(at - keys[i]);
  PUT(at - key_vector);
  PUT(4);
  PUT(n);
  const uint32_t values = at;
  for (uint32_t i = 0; i < n; ++i) PUT(m->options[i].value);
  for (uint32_t i = 0; i < n; ++i) to[at++] = 1u << 2 | 2u; /* int, 4 bytes */
  PUT(at - values);
  to[at++] = 9u << 2 | 2u; /* map */
  to[at++] = 4u;
  return at;
}

/* The number of an option in the other form; 0 if it is called otherwise. */
static uint32_t number_of(const char* name) {
#define NUMBER(number, own) \
  if (strcmp(name, #own) == 0) return number;
  SBNN_OPTION_NUMBERS(NUMBER)
  return 0u;
}

/* The options as a FlexBuffers blob of numbered ones. */
static size_t write_numbered(const model* m, uint8_t* to) {
  size_t at = 2; /* behind the blob's size */
  for (int32_t i = 0; i < m->option_count; ++i) {
    const int32_t value = m->options[i].value;
    uint32_t packed = (uint32_t)value << 1 ^ (value < 0 ? 0xFFFFFFFFu : 0u);
    to[at++] = (uint8_t)number_of(m->options[i].name);
    for (; packed >= 0x80u; packed >>= 7) to[at++] = (uint8_t)(packed | 0x80u);
    to[at++] = (uint8_t)packed;
  }
  const size_t size = at - 2;
  to[0] = (uint8_t)size, to[1] = (uint8_t)(size >> 8);
  to[at] = (uint8_t)size, to[at + 1] = (uint8_t)(size >> 8);
  to[at + 2] = 25u << 2 | 1u; /* blob, its size in 2 bytes */
  to[at + 3] = 2u;
  return at + 4u;
}

/* Makes tensor `i` a constant; its bytes stand behind their number. */
static void* constant(model* m, int32_t i, sbnn_type type, int32_t elements) {
  const size_t bytes = (size_t)elements * 4u;
  uint8_t* memory = (uint8_t*)malloc(bytes + 4u);
  const uint32_t length = (uint32_t)bytes;
  if (memory == NULL) exit(3);
  memcpy(memory, &length, 4);
  memset(memory + 4, 0, bytes);
  m->tensors[i].type = type;
  m->tensors[i].rank = 1;
  m->tensors[i].dims[0] = elements;
  m->tensors[i].data = memory + 4;
  m->bytes[i] = bytes;
  return memory + 4;
}

/* Lets the whole numbers of constant `i` take 4, 2 or 1 bytes, cut off where they do
 * not fit. */
static void narrow(source* s, model* m, int32_t i) {
  sbnn_tensor* t = &m->tensors[i];
  uint8_t* bytes = (uint8_t*)t->data;
  const int32_t each = 4 >> below(s, 3);
  const uint32_t length = (uint32_t)(t->dims[0] * each);
  for (int32_t j = 0; j < t->dims[0]; ++j) {
    for (int32_t k = 0; k < each; ++k) bytes[j * each + k] = bytes[4 * j + k];
  }
  t->type = each == 1 ? SBNN_INT8 : each == 2 ? SBNN_INT16 : SBNN_INT32;
  m->bytes[i] = length;
  memcpy(bytes - 4, &length, 4);
}

static void* fill(source* s, void* memory, int32_t words) {
  for (int32_t i = 0; i < words; ++i) {
    const uint32_t word = take(s, 4);
    memcpy((uint8_t*)memory + 4 * i, &word, 4);
  }
  return memory;
}

/* Writes bits from the most significant one of each word down. */
typedef struct {
  uint32_t words[4096];
  uint32_t bits;
} bit_writer;

static void put_bits(bit_writer* w, uint32_t value, uint32_t count) {
  while (count-- > 0u && w->bits / 32u < 4096u) {
    if (count < 32u && (value >> count & 1u) != 0u) {
      w->words[w->bits / 32u] |= 0x80000000u >> (w->bits % 32u);
    }
    ++w->bits;
  }
}

/* Tensor 1 with a word of signs behind each 32 connections of its code. */
static void append_signs(source* s, model* m, int32_t count) {
  const int32_t words = m->tensors[1].dims[0];
  const int32_t all = words + sbnn_sign_words(count);
  uint32_t* code = (uint32_t*)m->tensors[1].data;
  uint32_t* both = (uint32_t*)constant(m, 1, SBNN_INT32, all);
  memcpy(both, code, (size_t)words * 4u);
  free((uint8_t*)code - 4);
  fill(s, both + words, all - words);
  if (count % 32 != 0) both[all - 1] &= 0xFFFFFFFFu >> (32 - count % 32);
}

/* The ones of a channel that has `count` so far; the most of any channel. */
static void count_one(int32_t* most, int32_t* count) {
  if (++*count > *most) *most = *count;
}

/* A valid weight code as tensor 1, with its options. */
static void add_kernel(source* s, model* m, int32_t outputs, int32_t fan_in,
                       bool may_slice) {
  const int32_t weights = outputs * fan_in;
  const int32_t code = below(s, may_slice ? 4 : 3);
  static const int32_t kCodes[] = {SBNN_CODE_BITMAP, SBNN_CODE_RICE,
                                   SBNN_CODE_GOLOMB, SBNN_CODE_SLICED};
  const int32_t one_of = 1 + below(s, 40);
  int32_t count = 0, parameter = 0, most = 0, of_channel = 0;
  const bool has_signs = one_in(s, 2);
  set(m, "code", kCodes[code]);
  if (kCodes[code] == SBNN_CODE_SLICED) {
    const int32_t groups = (outputs + 31) / 32;
    const int32_t block = has_signs ? 2 * fan_in : fan_in;
    uint32_t* words =
        (uint32_t*)constant(m, 1, SBNN_INT32, groups * block + outputs);
    for (int32_t u = 0; u < outputs; ++u) {
      of_channel = 0;
      for (int32_t i = 0; i < fan_in; ++i) {
        if (below(s, one_of) != 0) continue;
        count_one(&most, &of_channel);
        const int32_t behind = has_signs && one_in(s, 2) ? fan_in : 0;
        words[u / 32 * block + behind + i] |= 1u << (u % 32);
        ++words[groups * block + u];
        ++count;
      }
    }
  } else {
    bit_writer* w = (bit_writer*)calloc(1, sizeof(bit_writer));
    if (w == NULL) exit(3);
    uint32_t gap = 0;
    if (code == 1) parameter = below(s, 8);
    if (code == 2) parameter = 2 + below(s, 254);
    for (int32_t i = 0; i < weights; ++i) {
      const bool one = below(s, one_of) == 0;
      if (code == 0) put_bits(w, one, 1);
      if (i % fan_in == 0) of_channel = 0;
      if (!one) {
        ++gap;
        continue;
      }
      ++count;
      count_one(&most, &of_channel);
      if (code == 1) {
        put_bits(w, 0, gap >> parameter);
        put_bits(w, 1, 1);
        put_bits(w, gap & ((1u << parameter) - 1u), (uint32_t)parameter);
      } else if (code == 2) {
        const uint32_t modulus = (uint32_t)parameter;
        uint32_t bits = 1, rest = gap % modulus;
        while (1u << bits < modulus) ++bits;
        put_bits(w, 0, gap / modulus);
        put_bits(w, 1, 1);
        const uint32_t spare = (1u << bits) - modulus;
        if (rest < spare) {
          put_bits(w, rest, bits - 1u);
        } else {
          put_bits(w, rest + spare, bits);
        }
      }
      gap = 0;
    }
    const int32_t words = w->bits == 0u ? 1 : (int32_t)((w->bits + 31u) / 32u);
    memcpy(constant(m, 1, SBNN_INT32, words), w->words, (size_t)words * 4u);
    free(w);
    if (has_signs) append_signs(s, m, count);
  }
  if (has_signs) set(m, "has_signs", 1);
  set(m, "connections", count);
  if (one_in(s, 2)) set(m, "most_connections", most);
  set(m, "code_parameter", parameter);
  set(m, "alpha_steps", has_signs || one_in(s, 2) ? 0 : below(s, 9) - 4);
  set(m, "domain_shift", has_signs || one_in(s, 2) ? 0 : below(s, 9));
}

static const sbnn_type kTypes[] = {SBNN_INT32, SBNN_INT8, SBNN_FLOAT32,
                                   SBNN_INT16};

/* The constants of an output stage as tensors `i` and `i + 1`. */
static void add_stage(source* s, model* m, int32_t i, sbnn_type x, sbnn_type y,
                      int32_t channels) {
  const bool floats =
      y == SBNN_FLOAT32 || (y == SBNN_INT32 && x == SBNN_FLOAT32);
  const sbnn_type first = floats ? SBNN_FLOAT32 : SBNN_INT32;
  fill(s, constant(m, i, first, channels), channels);
  const int32_t second =
      y == SBNN_INT32 ? sbnn_plane_words(channels) : channels;
  fill(
      s,
      constant(m, i + 1, y == SBNN_FLOAT32 ? SBNN_FLOAT32 : SBNN_INT32, second),
      second);
  set(m, "output_shift", below(s, 32));
}

static void image(sbnn_tensor* t, sbnn_type type, int32_t batch, int32_t height,
                  int32_t width, int32_t channels) {
  const bool bits = type == SBNN_INT32;
  t->type = type;
  t->rank = bits ? 3 : 4;
  t->dims[0] = batch;
  t->dims[1] = bits ? channels : height;
  t->dims[2] = bits ? sbnn_plane_words(height * width) : width;
  t->dims[3] = channels;
}

static void vector(sbnn_tensor* t, sbnn_type type, int32_t batch,
                   int32_t features) {
  t->type = type;
  t->rank = 2;
  t->dims[0] = batch;
  t->dims[1] = type == SBNN_INT32 ? sbnn_plane_words(features) : features;
}

/* Planes of a channel, often one. A file need not say so. */
static int32_t random_planes(source* s, int32_t most) {
  return one_in(s, 2) ? 1 : 1 + below(s, most);
}

static void set_planes(source* s, model* m, const char* name, int32_t planes) {
  if (planes > 1 || one_in(s, 2)) set(m, name, planes);
}

/* Thresholds as a file has them: in order. */
static void sort_cuts(source* s, model* m, int32_t i_of_cuts, int32_t channels,
                      int32_t count) {
  sbnn_tensor* t = &m->tensors[i_of_cuts];
  /* Some are so small that they may be narrow. */
  const int32_t dropped = 8 * below(s, 4);
  for (int32_t i = 0; i < channels * count; ++i) {
    ((int32_t*)t->data)[i] >>= dropped;
  }
  for (int32_t c = 0; c < channels; ++c) {
    for (int32_t i = 1; i < count; ++i) {
      for (int32_t j = i; j > 0; --j) {
        int32_t* at = (int32_t*)t->data + c * count + j;
        const int32_t low = at[-1], high = at[0];
        if (low <= high) break;
        at[-1] = high, at[0] = low;
      }
    }
  }
  narrow(s, m, i_of_cuts);
}

/* The output stage of a layer with weights whose output is planes: cuts, or a stream
 * with or without one to add to. Returns the output's planes. */
static int32_t add_planes_stage(source* s, model* m, sbnn_type x,
                                int32_t channels) {
  const bool stream = x != SBNN_FLOAT32 && one_in(s, 3);
  const int32_t planes = stream ? 2 + below(s, SBNN_MAX_PLANES - 1)
                                : random_planes(s, SBNN_MAX_ACTIVATION_BITS);
  set_planes(s, m, "out_planes", planes);
  if (!stream) {
    const int32_t count = (1 << planes) - 1;
    add_stage(s, m, 2, x, SBNN_INT32, channels);
    free((uint8_t*)m->tensors[2].data - 4);
    const sbnn_type type = x == SBNN_FLOAT32 ? SBNN_FLOAT32 : SBNN_INT32;
    fill(s, constant(m, 2, type, channels * count), channels * count);
    if (type == SBNN_INT32) {
      sort_cuts(s, m, 2, channels, count);
    } else if (count > 1) {
      memset(m->tensors[2].data, 0, m->bytes[2]);
    }
    return planes;
  }
  const int32_t most = one_in(s, 2) ? 31 : 7; /* what an int8 holds */
  add_stage(s, m, 2, x, SBNN_INT8, channels);
  set(m, "stream", 1);
  for (int32_t i = 0; i < channels; ++i) {
    const int32_t factor = 1 << below(s, most);
    ((int32_t*)m->tensors[2].data)[i] = one_in(s, 2) ? -factor : factor;
    ((int32_t*)m->tensors[3].data)[i] /= 2;
  }
  narrow(s, m, 2);
  narrow(s, m, 3);
  if (one_in(s, 2)) ++m->inputs;
  return planes;
}

static void make_conv2d(source* s, model* m, int32_t batch) {
  const sbnn_type x = kTypes[below(s, 3)], y = kTypes[below(s, 4)];
  sbnn_conv2d_params p;
  p.groups = one_in(s, 3) ? 1 + below(s, 4) : 1;
  p.in_channels = p.groups * (1 + below(s, 5));
  p.out_channels = p.groups * (1 + below(s, 9));
  p.kernel_height = 1 + below(s, 4), p.kernel_width = 1 + below(s, 4);
  p.in_height = 1 + below(s, 12);
  p.in_width = 1 + below(s, one_in(s, 3) ? 70 : 12);
  p.stride_height = 1 + below(s, 3), p.stride_width = 1 + below(s, 3);
  p.out_height = 1 + below(s, 12), p.out_width = 1 + below(s, 40);
  p.dilation_height = 1 + below(s, 3), p.dilation_width = 1 + below(s, 3);
  p.pad_top = below(s, 4), p.pad_left = below(s, 4);
  p.pad_value = x == SBNN_INT8 ? 0 : below(s, 3) - 1;
  p.in_zero_point = below(s, 256) - 128;
  p.tap_major = x == SBNN_INT32 || one_in(s, 9) ? below(s, 2) : 0;
  p.band_bytes = 1 + below(s, 2000);
  m->inputs = 4;
  SBNN_CONV2D_OPTIONS(SET_FIELD)
  if (one_in(s, 2)) leave_out(m, "band_bytes");
  const int32_t planes =
      x == SBNN_INT32 ? random_planes(s, SBNN_MAX_ACTIVATION_BITS) : 1;
  set_planes(s, m, "in_planes", planes);
  image(&m->tensors[0], x, batch, p.in_height, p.in_width,
        p.in_channels * planes);
  add_kernel(s, m, p.out_channels,
             p.in_channels / p.groups * p.kernel_height * p.kernel_width,
             false);
  int32_t out = 1;
  if (y == SBNN_INT32) {
    out = add_planes_stage(s, m, x, p.out_channels);
  } else {
    add_stage(s, m, 2, x, y, p.out_channels);
  }
  for (int32_t i = 4; i <= m->inputs; ++i) {
    image(&m->tensors[i], y, batch, p.out_height, p.out_width,
          p.out_channels * out);
  }
}

static void make_dense(source* s, model* m, int32_t batch) {
  const sbnn_type x = kTypes[below(s, 3)], y = kTypes[below(s, 4)];
  sbnn_dense_params p;
  p.planes = x == SBNN_INT32 ? 1 + below(s, 4) : 1;
  p.positions = 1 + below(s, 70), p.units = 1 + below(s, 70);
  p.in_zero_point = below(s, 256) - 128;
  m->inputs = 4;
  SBNN_DENSE_OPTIONS(SET_FIELD)
  const int32_t planes =
      x == SBNN_INT32 ? random_planes(s, SBNN_MAX_ACTIVATION_BITS) : 1;
  set_planes(s, m, "in_planes", planes);
  vector(&m->tensors[0], x, batch, p.positions);
  if (x == SBNN_INT32) m->tensors[0].dims[1] *= p.planes * planes;
  add_kernel(s, m, p.units, p.planes * p.positions, x == SBNN_INT32);
  int32_t out = 1;
  if (y == SBNN_INT32) {
    out = add_planes_stage(s, m, x, p.units);
  } else {
    add_stage(s, m, 2, x, y, p.units);
  }
  for (int32_t i = 4; i <= m->inputs; ++i) {
    vector(&m->tensors[i], y, batch, p.units);
    m->tensors[i].dims[1] *= out;
  }
}

static void make_max_pool2d(source* s, model* m, int32_t batch) {
  sbnn_max_pool2d_params p;
  const int32_t planes = random_planes(s, SBNN_MAX_PLANES);
  p.channels = 1 + below(s, 40);
  p.in_height = 1 + below(s, 20), p.in_width = 1 + below(s, 40);
  p.out_height = 1 + below(s, 20), p.out_width = 1 + below(s, 40);
  p.pool_height = 1 + below(s, 5), p.pool_width = 1 + below(s, 5);
  p.stride_height = 1 + below(s, 4), p.stride_width = 1 + below(s, 4);
  p.pad_top = below(s, 3), p.pad_left = below(s, 3);
  m->inputs = 2;
  SBNN_MAX_POOL2D_OPTIONS(SET_FIELD)
  set_planes(s, m, "in_planes", planes);
  set_planes(s, m, "out_planes", planes);
  image(&m->tensors[0], SBNN_INT32, batch, p.in_height, p.in_width,
        p.channels * planes);
  const int32_t words = sbnn_plane_words(p.channels);
  fill(s, constant(m, 1, SBNN_INT32, words), words);
  image(&m->tensors[2], SBNN_INT32, batch, p.out_height, p.out_width,
        p.channels * planes);
}

static void make_average_pool2d(source* s, model* m, int32_t batch) {
  sbnn_average_pool2d_params p;
  const int32_t planes = random_planes(s, SBNN_MAX_PLANES);
  p.channels = 1 + below(s, 9);
  p.pool_height = 1 << below(s, 4);
  p.pool_width = 1 << below(s, one_in(s, 4) ? 6 : 3);
  p.stride_height = 1 + below(s, 4), p.stride_width = 1 + below(s, 4);
  p.out_height = 1 + below(s, 9), p.out_width = 1 + below(s, 20);
  p.in_height = (p.out_height - 1) * p.stride_height + p.pool_height;
  p.in_width = (p.out_width - 1) * p.stride_width + p.pool_width;
  m->inputs = 1;
  SBNN_AVERAGE_POOL2D_OPTIONS(SET_FIELD)
  set_planes(s, m, "in_planes", planes);
  set_planes(s, m, "out_planes", planes);
  image(&m->tensors[0], SBNN_INT32, batch, p.in_height, p.in_width,
        p.channels * planes);
  image(&m->tensors[1], SBNN_INT32, batch, p.out_height, p.out_width,
        p.channels * planes);
}

static void make_add(source* s, model* m, int32_t batch) {
  sbnn_add_params p;
  const int32_t planes = random_planes(s, SBNN_MAX_PLANES);
  p.channels = one_in(s, 4) ? 1 : 1 + below(s, 9);
  p.other_planes = random_planes(s, SBNN_MAX_PLANES);
  const int32_t out = one_in(s, 4) ? 1 : planes;
  const int32_t positions = 1 + below(s, 99);
  m->inputs = 2;
  SBNN_ADD_OPTIONS(SET_FIELD)
  set_planes(s, m, "in_planes", planes);
  set_planes(s, m, "out_planes", out);
  const int32_t all[] = {planes, p.other_planes, out};
  for (int32_t i = 0; i < 3; ++i) {
    image(&m->tensors[i], SBNN_INT32, batch, 1, positions, p.channels * all[i]);
    if (p.channels > 1) continue;
    vector(&m->tensors[i], SBNN_INT32, batch, positions);
    m->tensors[i].dims[1] *= all[i];
  }
}

static void make_quantize(source* s, model* m, int32_t batch) {
  const sbnn_type x = kTypes[below(s, 4)];
  const int32_t planes =
      x == SBNN_INT32 ? random_planes(s, SBNN_MAX_PLANES) : 1;
  const int32_t levels = random_planes(s, SBNN_MAX_ACTIVATION_BITS);
  const int32_t channels = 1 + below(s, 70), cuts = (1 << levels) - 1;
  sbnn_quantize_params p = {channels};
  m->inputs = 3;
  if (one_in(s, 2)) {
    vector(&m->tensors[0], x, batch, channels);
    vector(&m->tensors[3], SBNN_INT32, batch, channels);
    m->tensors[0].dims[1] *= planes;
    m->tensors[3].dims[1] *= levels;
  } else {
    const int32_t height = 1 + below(s, 9), width = 1 + below(s, 9);
    image(&m->tensors[0], x, batch, height, width, channels * planes);
    image(&m->tensors[3], SBNN_INT32, batch, height, width, channels * levels);
    p.positions = height * width;
  }
  SBNN_QUANTIZE_OPTIONS(SET_FIELD)
  set_planes(s, m, "in_planes", planes);
  set_planes(s, m, "out_planes", levels);
  add_stage(s, m, 1, x, SBNN_INT32, channels);
  free((uint8_t*)m->tensors[1].data - 4);
  const sbnn_type type = x == SBNN_FLOAT32 ? SBNN_FLOAT32 : SBNN_INT32;
  const int32_t apart = x == SBNN_INT32 && one_in(s, 2) ? 1 : channels;
  fill(s, constant(m, 1, type, apart * cuts), apart * cuts);
  if (type == SBNN_INT32) {
    sort_cuts(s, m, 1, apart, cuts);
  } else if (levels > 1) { /* all equal: nearly no random floats ascend */
    memset(m->tensors[1].data, 0, m->bytes[1]);
  }
}

static void make_dequantize(source* s, model* m, int32_t batch) {
  const sbnn_type y = one_in(s, 2) ? SBNN_INT8 : SBNN_FLOAT32;
  const int32_t planes = y == SBNN_INT8 ? 1 : random_planes(s, SBNN_MAX_PLANES);
  const bool is_vector = one_in(s, 2);
  sbnn_dequantize_params p;
  p.channels = 1 + below(s, 70);
  p.plus = below(s, 256) - 128, p.minus = below(s, 256) - 128;
  p.height = is_vector ? 0 : 1 + below(s, 9);
  p.width = is_vector ? 0 : 1 + below(s, 9);
  m->inputs = 1;
  SBNN_DEQUANTIZE_OPTIONS(SET_FIELD)
  set_planes(s, m, "in_planes", planes);
  if (is_vector) {
    vector(&m->tensors[0], SBNN_INT32, batch, p.channels);
    vector(&m->tensors[1], y, batch, p.channels);
    m->tensors[0].dims[1] *= planes;
  } else {
    image(&m->tensors[0], SBNN_INT32, batch, p.height, p.width,
          p.channels * planes);
    image(&m->tensors[1], y, batch, p.height, p.width, p.channels);
  }
}

/* Changes the shape of a constant without its bytes, an option, bits of a code, ... */
static void spoil(source* s, model* m, int* inputs, int* outputs) {
  const int32_t tensor = below(s, m->inputs + 1);
  sbnn_tensor* t = &m->tensors[tensor];
  option* o = &m->options[below(s, m->option_count)];
  switch (below(s, 11)) {
    case 0: o->value = strange(s); break;
    case 1:
      o->value = (int32_t)((uint32_t)o->value + take(s, 1) % 3u - 1u);
      break;
    case 2: o->name = "nothing"; break;
    case 3: t->dims[below(s, SBNN_MAX_RANK)] = strange(s); break;
    case 4: t->rank = below(s, SBNN_MAX_RANK + 1); break;
    case 5: t->type = (sbnn_type)below(s, SBNN_OTHER_TYPE + 1); break;
    case 6: inputs[below(s, m->inputs)] = below(s, m->inputs + 2) - 1; break;
    case 7: outputs[0] = below(s, m->inputs + 2) - 1; break;
    case 8:
    case 9: set_to_limit(s, o); break;
    default:
      if (t->data != NULL && m->bytes[tensor] > 0u) {
        const int32_t bit = below(s, 65536) % (int32_t)(m->bytes[tensor] * 8u);
        ((uint8_t*)t->data)[bit / 8] ^= (uint8_t)(1 << (bit % 8));
      }
  }
}

static bool view(void* interpreter, int index, sbnn_tensor* out) {
  *out = ((const model*)interpreter)->tensors[index];
  return true;
}

static size_t bytes_of(const sbnn_tensor* t) {
  const size_t size = t->type == SBNN_INT8    ? 1u
                      : t->type == SBNN_INT16 ? 2u
                                              : 4u;
  size_t elements = 1;
  for (int32_t i = 0; i < t->rank; ++i) elements *= (size_t)t->dims[i];
  return elements * size;
}

static void run(source* s, const sbnn_micro_op* op, model* m,
                const sbnn_micro_wiring* wiring) {
  const sbnn_tensor* x = &m->tensors[wiring->inputs[0]];
  const size_t x_bytes = bytes_of(x);
  const size_t y_bytes = bytes_of(&m->tensors[wiring->outputs[0]]);
  if (x_bytes > MOST_BYTES || y_bytes > MOST_BYTES ||
      op->op.scratch_bytes > MOST_BYTES) {
    return;
  }
  uint8_t* from = (uint8_t*)malloc(x_bytes);
  uint8_t* to = (uint8_t*)malloc(y_bytes);
  void* scratch = malloc(op->op.scratch_bytes);
  if (from == NULL || to == NULL || scratch == NULL) exit(3);
  for (size_t i = 0; i < x_bytes; ++i) {
    from[i] = x->data != NULL ? ((uint8_t*)x->data)[i] : (uint8_t)take(s, 1);
  }
  uint8_t* other = NULL;
  if (op->op.other != 0) {
    const sbnn_tensor* second = &m->tensors[wiring->inputs[op->op.other]];
    const size_t bytes = bytes_of(second);
    other = (uint8_t*)malloc(bytes);
    if (other == NULL) exit(3);
    for (size_t i = 0; i < bytes; ++i) other[i] = (uint8_t)take(s, 1);
  }
  sbnn_invoke_op(&op->op, from, other, to, scratch);
  fuzz_on_hosts(&op->op, from, other, to, y_bytes);
  free(from), free(other), free(to), free(scratch);
}

static int32_t accepted, refused;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const struct {
    const sbnn_op_class* kind;
    void (*make)(source*, model*, int32_t);
  } kMakers[] = {
#define MAKER(Name, name) {&sbnn_##name##_class, make_##name},
      SBNN_OPS(MAKER){&sbnn_conv2d_class, make_conv2d}, /* these more often */
      {&sbnn_dense_class, make_dense}};
  const int32_t makers = (int32_t)(sizeof(kMakers) / sizeof(kMakers[0]));
  source s = {data, size};
  model m;
  memset(&m, 0, sizeof(m));
  set(&m, "version", 1 + below(&s, SBNN_FORMAT_VERSION));
  const int32_t which = below(&s, makers);
  m.kind = kMakers[which].kind;
  kMakers[which].make(&s, &m, one_in(&s, 8) ? 3 : 1);
  int inputs[SBNN_MAX_INPUTS] = {0, 1, 2, 3, 4}, outputs[1] = {m.inputs};
  for (int32_t i = below(&s, 4); i > 0; --i) spoil(&s, &m, inputs, outputs);

  uint8_t* options = (uint8_t*)malloc(2048);
  if (options == NULL) return 0;
  size_t option_bytes =
      one_in(&s, 2) ? write_options(&m, options) : write_numbered(&m, options);
  if (one_in(&s, 4)) {
    for (int32_t i = 1 + below(&s, 4); i > 0; --i) {
      options[(size_t)below(&s, 65536) % option_bytes] = (uint8_t)take(&s, 1);
    }
  }
  if (one_in(&s, 16)) option_bytes = (size_t)below(&s, 65536) % option_bytes;
  /* Exactly as large as it is. */
  char* exact = (char*)malloc(option_bytes);
  if (exact == NULL) return 0;
  memcpy(exact, options, option_bytes);
  free(options);
  /* A length that leads out of the file. */
  if (one_in(&s, 32)) option_bytes = (size_t)4096 + take(&s, 4);

  sbnn_micro_op op;
  sbnn_problem problem;
  const sbnn_micro_wiring wiring = {inputs, m.inputs, outputs, 1};
  sbnn_micro_init(&op, exact, option_bytes);
  if (sbnn_micro_prepare(&op, m.kind, &wiring, view, &m, &problem)) {
    ++accepted;
    run(&s, &op, &m, &wiring);
  } else {
    char text[300];
    ++refused;
    snprintf(text, sizeof(text), sbnn_problem_format(&problem), m.kind->name,
             problem.what, (int)problem.found, (int)problem.wanted);
    if (strncmp(text, "Sbnn", 4) != 0) abort();
  }
  free(exact);
  for (int32_t i = 0; i < TENSORS; ++i) {
    if (m.bytes[i] > 0u) free((uint8_t*)m.tensors[i].data - 4);
  }
  return 0;
}

#ifndef SBNN_LIBFUZZER
int main(int count, char** arguments) {
  uint64_t state = count > 1 ? strtoull(arguments[1], NULL, 10) : 1u;
  const int32_t rounds = count > 2 ? atoi(arguments[2]) : 1000;
  static uint8_t bytes[16384];
  for (int32_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < sizeof(bytes); ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      bytes[i] = (uint8_t)(state >> 56);
    }
    LLVMFuzzerTestOneInput(bytes, sizeof(bytes));
  }
  printf("accepted %d refused %d\n", (int)accepted, (int)refused);
  return 0;
}
#endif
