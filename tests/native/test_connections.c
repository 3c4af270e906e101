/* Weight codes whole and damaged: a check accepts just those that are, read bit by bit,
 * what docs/format.md says, and finds the most connections of a channel. */
#include <string.h>

#include "sbnn/connections.h"
#include "support.h"

enum { ROOM = 2048 }; /* words of a code */

typedef struct {
  uint32_t* words;
  int64_t bit;
} writer;

static void put(writer* w, uint32_t value, int32_t count) {
  for (; count > 0 && w->bit < 32 * ROOM; ++w->bit) {
    const uint32_t bit = value >> --count & 1u;
    w->words[w->bit / 32] |= bit << (31 - w->bit % 32);
  }
}

/* A gap as a quotient in unary and a remainder in truncated binary; a power of two as
 * modulus is Golomb-Rice. */
static void put_gap(writer* w, uint32_t gap, uint32_t modulus) {
  int32_t bits = 0;
  while (1u << bits < modulus) ++bits;
  const uint32_t spare = (1u << bits) - modulus, rest = gap % modulus;
  for (uint32_t i = gap / modulus; i > 0u; --i) put(w, 0u, 1);
  put(w, 1u, 1);
  if (rest < spare) put(w, rest, bits - 1);
  if (rest >= spare) put(w, rest + spare, bits);
}

/* A gap as bytes, of which those of 255 are no connection. */
static void put_bytes(writer* w, uint32_t gap) {
  uint8_t* bytes = (uint8_t*)w->words;
  for (; gap >= 255u; gap -= 255u, w->bit += 8) bytes[w->bit / 8] = 255u;
  bytes[w->bit / 8] = (uint8_t)gap;
  w->bit += 8;
}

static sbnn_connections encode(const int8_t* weights, int32_t count,
                               uint8_t code, uint8_t parameter) {
  sbnn_connections out = {0};
  writer w = {(uint32_t*)allocate(ROOM * 4u), 0};
  uint32_t gap = 0;
  memset(w.words, 0, ROOM * 4u);
  const uint32_t modulus = code == SBNN_CODE_RICE ? 1u << parameter : parameter;
  for (int32_t i = 0; i < count; ++i, ++gap) {
    if (code == SBNN_CODE_BITMAP) put(&w, weights[i] != 0, 1);
    if (weights[i] == 0) continue;
    if (code == SBNN_CODE_BYTES) {
      put_bytes(&w, gap);
    } else if (code != SBNN_CODE_BITMAP) {
      put_gap(&w, gap, modulus);
    }
    ++out.count;
    gap = UINT32_MAX;
  }
  out.words = w.words;
  out.word_count = w.bit == 0 ? 1 : (int32_t)((w.bit + 31) / 32);
  for (int64_t i = w.bit / 8; code == SBNN_CODE_BYTES && i < 4 * out.word_count;
       ++i) {
    ((uint8_t*)w.words)[i] = 255u;
  }
  out.weights = count;
  out.code = code;
  out.parameter = parameter;
  return out;
}

/* Reads what stands in the words only; `failed` where that is not enough. */
typedef struct {
  const sbnn_connections* code;
  int64_t bit;
  bool failed;
} reader;

static int64_t take(reader* r, int32_t count) {
  int64_t value = 0;
  for (; count > 0; --count, ++r->bit) {
    if (r->bit >= 32 * (int64_t)r->code->word_count) r->failed = true;
    if (r->failed) return 0;
    const uint32_t word = r->code->words[r->bit / 32];
    value = 2 * value + (word >> (31 - r->bit % 32) & 1u);
  }
  return value;
}

/* Bytes of 255 are allowed where the parameter is 1. */
static int64_t take_gap_of_bytes(reader* r) {
  for (int64_t gap = 0; r->bit < 32 * (int64_t)r->code->word_count;) {
    const int32_t byte = ((const uint8_t*)r->code->words)[r->bit / 8];
    r->bit += 8;
    gap += byte;
    if (byte != 255) return gap;
    if (r->code->parameter == 0u) break;
  }
  r->failed = true;
  return 0;
}

static int64_t take_gap(reader* r) {
  const int32_t parameter = r->code->parameter;
  if (r->code->code == SBNN_CODE_BYTES) return take_gap_of_bytes(r);
  int64_t quotient = 0;
  while (take(r, 1) == 0 && !r->failed) ++quotient;
  if (r->code->code == SBNN_CODE_BITMAP) return quotient;
  if (r->code->code == SBNN_CODE_RICE) {
    return (quotient << parameter) + take(r, parameter);
  }
  int32_t bits = 1;
  while (1 << bits < parameter) ++bits;
  int64_t rest = take(r, bits - 1);
  if (rest >= (1 << bits) - parameter) {
    rest = 2 * rest + take(r, 1) - ((1 << bits) - parameter);
  }
  return quotient * parameter + rest;
}

/* Bits of units and their counts, in the sliced form. */
static bool is_right_sliced(const sbnn_connections* code, int32_t fan_in,
                            int32_t* most) {
  const int32_t units = code->weights / fan_in;
  const int32_t block = code->is_signed != 0u ? 2 * fan_in : fan_in;
  const int64_t counts = (int64_t)((units + 31) / 32) * block;
  int64_t total = 0;
  if (code->parameter != 0u || code->word_count != counts + units) return false;
  for (int32_t u = 0; u < (units + 31) / 32 * 32; ++u) {
    const uint32_t* words = code->words + u / 32 * block;
    int32_t count = 0;
    for (int32_t i = 0; i < block; ++i) {
      const uint32_t bit = words[i] >> u % 32 & 1u;
      count += (int32_t)bit;
      if (i >= fan_in && (bit & words[i - fan_in] >> u % 32) != 0u) {
        return false;
      }
    }
    if (u >= units ? count != 0 : (uint32_t)count != code->words[counts + u]) {
      return false;
    }
    if (count > *most) *most = count;
    total += count;
  }
  return total == code->count;
}

static bool is_right(const sbnn_connections* code, int32_t fan_in,
                     int32_t* most) {
  reader r = {code, 0, false};
  int64_t index = -1, end = 0, row = -1;
  int32_t of_row = 0;
  *most = 0;
  if (code->code == SBNN_CODE_SLICED) {
    return is_right_sliced(code, fan_in, most);
  }
  if (code->code == SBNN_CODE_RICE && code->parameter > 30u) return false;
  if (code->code == SBNN_CODE_BYTES && code->parameter > 1u) return false;
  for (int32_t i = 0; i < code->count; ++i) {
    index += take_gap(&r) + 1;
    if (r.failed || index >= code->weights) return false;
    of_row = index / fan_in == row ? of_row + 1 : 1;
    row = index / fan_in;
    if (of_row > *most) *most = of_row;
  }
  end = code->code == SBNN_CODE_BITMAP ? code->weights : r.bit;
  if (code->word_count != (end == 0 ? 1 : (end + 31) / 32)) return false;
  if (code->code == SBNN_CODE_BYTES) {
    for (; r.bit < 32 * (int64_t)code->word_count; r.bit += 8) {
      if (((const uint8_t*)code->words)[r.bit / 8] != 255) return false;
    }
  }
  while (r.bit < 32 * (int64_t)code->word_count) {
    if (take(&r, 1) != 0) return false;
  }
  for (int32_t i = code->count; code->signs != NULL && i % 32 != 0; ++i) {
    if ((code->signs[i / 32] >> i % 32 & 1u) != 0u) return false;
  }
  return true;
}

/* Turns the second connection of unit 0 into the opposite of its first one. */
static void add_and_subtract(uint32_t* words, int32_t fan_in) {
  int32_t first = 0, second;
  while (first < 2 * fan_in && (words[first] & 1u) == 0u) ++first;
  for (second = first + 1; second < 2 * fan_in; ++second) {
    if ((words[second] & 1u) == 0u) continue;
    words[second] &= ~1u;
    words[first < fan_in ? first + fan_in : first - fan_in] |= 1u;
    return;
  }
}

/* The code in words of its own, which are just as many as it says. */
static void damage(sbnn_connections* code, int32_t fan_in) {
  const int32_t kind = random_in(0, 7);
  const uint32_t least = code->code == SBNN_CODE_BYTES ? 0u : 3u;
  int32_t words = code->word_count;
  if (kind == 1 && words > 1) --words;
  if (kind == 2) ++words;
  uint32_t* own = (uint32_t*)allocate((size_t)words * 4u);
  memset(own, 0, (size_t)words * 4u);
  const int32_t same = words < code->word_count ? words : code->word_count;
  memcpy(own, code->words, (size_t)same * 4u);
  for (int32_t i = kind == 3 ? random_in(1, 3) : 0; i > 0; --i) {
    own[random_in(0, words - 1)] ^= 1u << random_in(0, 31);
  }
  if (kind == 4) own[random_in(0, words - 1)] = PICK(0, -1) != 0 ? ~0u : 0u;
  if (kind == 5) code->count += PICK(-1, 1);
  if (kind == 5 && code->count < 0) code->count = 0;
  if (kind == 6 && code->code != SBNN_CODE_BITMAP && code->parameter >= least) {
    code->parameter = (uint8_t)(code->parameter + PICK(-1, 1));
  }
  if (kind == 7 && code->code == SBNN_CODE_SLICED && code->is_signed != 0u) {
    add_and_subtract(own, fan_in);
  }
  code->words = own;
  code->word_count = words;
}

static bool run(void) {
  const int32_t channels = PICK(1, 2, 5, 33), fan_in = PICK(1, 2, 9, 31, 80);
  const int32_t count = channels * fan_in;
  int8_t* weights;
  sbnn_connections code = random_kernel(
      channels, fan_in, PICK(0, 1, 3, 5, 10, 20, 40, 100), &weights);
  uint32_t signs = 0;
  switch (random_in(0, 4)) {
    case 0: code = encode(weights, count, SBNN_CODE_BITMAP, 0); break;
    case 1:
      code = encode(weights, count, SBNN_CODE_RICE, (uint8_t)random_in(0, 30));
      break;
    case 2:
      code =
          encode(weights, count, SBNN_CODE_GOLOMB, (uint8_t)random_in(2, 255));
      break;
    case 3: { /* long gaps only in some, whose parameter says so */
      const bool wide = random_in(0, 1) != 0;
      if (wide) memset(weights, 0, (size_t)random_in(0, count));
      code = encode(weights, count, SBNN_CODE_BYTES, wide ? 1 : 0);
      break;
    }
    default:
      if (random_in(0, 1) != 0) sign_kernel(&code, weights, 50);
      code = sliced_kernel(weights, channels, fan_in);
  }
  const bool fits = code.word_count < ROOM && code.count < 32;
  if (fits && code.code != SBNN_CODE_SLICED && random_in(0, 3) == 0) {
    code.is_signed = 1;
    signs = random_word() & random_word();
    code.signs = &signs;
  }
  damage(&code, fan_in);
  int32_t most;
  const bool wanted = is_right(&code, fan_in, &most);
  const bool found = sbnn_code_is_possible(&code, fan_in) &&
                     sbnn_check_connections(&code, fan_in);
  if (found != wanted || (found && code.most != most)) {
    print_number("code", code.code);
    print_number("parameter", code.parameter);
    print_number("channels", channels);
    print_number("fan-in", fan_in);
    print_number("connections", code.count);
    print_number("words", code.word_count);
    print_number("accepted", found);
    print_number("most", code.most);
    print_number("wanted", most);
    return false;
  }
  return free_all();
}

int main(void) {
  int32_t i = 0;
  for (seed_random(11); i < 6000; ++i) {
    if (!run()) return 1;
  }
  return 0;
}
