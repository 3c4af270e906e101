#include "sbnn/connections.h"

/* The 32 bits of the code from `bit` on; bits behind its end read as 0. */
static uint32_t peek(const sbnn_connections* code, uint32_t bit) {
  const uint32_t at = bit >> 5;
  const uint32_t end = (uint32_t)code->word_count;
  const uint32_t skip = bit & 31u;
  const uint32_t high = at < end ? code->words[at] : 0u;
  const uint32_t low = at + 1u < end ? code->words[at + 1u] : 0u;
  return skip == 0u ? high : (high << skip) | (low >> (32u - skip));
}

/* Zero bits in front of the first one at or behind `bit`, or UINT32_MAX if the
 * code ends first. */
static uint32_t count_zeros(const sbnn_connections* code, uint32_t bit) {
  const uint32_t end = (uint32_t)code->word_count * 32u;
  for (uint32_t zeros = 0; bit + zeros < end; zeros += 32u) {
    uint32_t window = peek(code, bit + zeros);
    if (window == 0u) continue;
    while ((window & 0x80000000u) == 0u) {
      window <<= 1;
      ++zeros;
    }
    return zeros;
  }
  return UINT32_MAX;
}

/* Takes `count` bits (0 to 31) as a number, highest first. */
static uint32_t take(sbnn_connection_reader* reader, uint32_t count) {
  if (count == 0u) return 0u;
  const uint32_t value = peek(reader->code, reader->bit) >> (32u - count);
  reader->bit += count;
  return value;
}

/* The remainder of a division by `modulus`, which is at least 2, in truncated
 * binary: with b bits for `modulus` values there are 2^b - modulus to spare, and
 * as many of the smallest remainders do with b - 1 bits. */
static uint32_t take_remainder(sbnn_connection_reader* reader,
                               uint32_t modulus) {
  uint32_t bits = 1u;
  while (1u << bits < modulus) ++bits;
  const uint32_t short_ones = (1u << bits) - modulus;
  const uint32_t value = take(reader, bits - 1u);
  if (value < short_ones) return value;
  return 2u * value + take(reader, 1u) - short_ones;
}

void sbnn_open_connections(sbnn_connection_reader* reader,
                           const sbnn_connections* code) {
  reader->code = code;
  reader->bit = 0;
  reader->left = code->count;
  reader->index = -1;
}

int32_t sbnn_next_connection(sbnn_connection_reader* reader) {
  const sbnn_connections* code = reader->code;
  if (reader->left <= 0) return SBNN_NO_CONNECTION;
  --reader->left;

  const uint32_t zeros = count_zeros(code, reader->bit);
  if (zeros == UINT32_MAX) return SBNN_NO_CONNECTION;
  reader->bit += zeros + 1u;
  uint32_t gap = zeros;
  if (code->code == SBNN_CODE_GOLOMB) {
    if (zeros > (uint32_t)INT32_MAX / 256u) return SBNN_NO_CONNECTION;
    gap = zeros * code->parameter + take_remainder(reader, code->parameter);
  } else if (code->parameter > 0u) {
    if (zeros > (uint32_t)INT32_MAX >> code->parameter) {
      return SBNN_NO_CONNECTION;
    }
    gap = (zeros << code->parameter) | take(reader, code->parameter);
  }

  /* index + gap + 1 must stay below `weights`; no term here can overflow. */
  const int32_t room = code->weights - 1 - reader->index;
  if (room <= 0 || gap > (uint32_t)(room - 1)) return SBNN_NO_CONNECTION;
  reader->index += (int32_t)gap + 1;
  return reader->index;
}

bool sbnn_connections_valid(const sbnn_connections* code) {
  const bool known =
      (code->code == SBNN_CODE_BITMAP && code->parameter == 0u) ||
      (code->code == SBNN_CODE_RICE && code->parameter < 31u) ||
      (code->code == SBNN_CODE_GOLOMB && code->parameter >= 2u);
  if (!known || code->count < 0 || code->weights < code->count ||
      code->word_count < 0 || code->word_count >= INT32_MAX / 64) {
    return false;
  }
  sbnn_connection_reader reader;
  sbnn_open_connections(&reader, code);
  for (int32_t i = 0; i < code->count; ++i) {
    if (sbnn_next_connection(&reader) == SBNN_NO_CONNECTION) return false;
  }
  const uint32_t bits =
      code->code == SBNN_CODE_BITMAP ? (uint32_t)code->weights : reader.bit;
  const uint32_t words =
      bits == 0u ? 1u : bits / 32u + (bits % 32u != 0u ? 1u : 0u);
  if (words != (uint32_t)code->word_count) return false;
  /* Behind the last connection there must be nothing more: a bitmap with
   * further ones would mean that `count` is wrong. */
  return count_zeros(code, reader.bit) == UINT32_MAX;
}

int32_t sbnn_most_connections(const sbnn_connections* code, int32_t fan_in) {
  sbnn_connection_reader reader;
  int32_t most = 0, count = 0;
  int32_t channel = 0;
  sbnn_open_connections(&reader, code);
  for (;;) {
    const int32_t index = sbnn_next_connection(&reader);
    if (index == SBNN_NO_CONNECTION) return most;
    if (index / fan_in != channel) {
      channel = index / fan_in;
      count = 0;
    }
    if (++count > most) most = count;
  }
}

bool sbnn_signs_valid(const sbnn_connections* code) {
  const int32_t rest = code->count % 32;
  if (code->signs == NULL || rest == 0) return true;
  return code->signs[code->count / 32] >> rest == 0u;
}

bool sbnn_sliced_connections_valid(const sbnn_connections* code, int32_t units,
                                   int32_t inputs) {
  const int64_t groups = ((int64_t)units + 31) / 32;
  if (code->is_signed != 0u) {
    if (inputs > INT32_MAX / 2) return false;
    inputs *= 2;
  }
  if (code->code != SBNN_CODE_SLICED || code->parameter != 0u ||
      code->word_count != groups * inputs + units) {
    return false;
  }
  const uint32_t* counts = code->words + groups * inputs;
  int64_t total = 0;
  for (int32_t first = 0; first < units; first += 32) {
    const uint32_t* words = code->words + (int64_t)(first / 32) * inputs;
    const int32_t present = units - first < 32 ? units - first : 32;
    for (int32_t u = 0; u < 32; ++u) {
      uint32_t count = 0;
      for (int32_t i = 0; i < inputs; ++i) count += (words[i] >> u) & 1u;
      if (count != (u < present ? counts[first + u] : 0u)) return false;
      total += count;
    }
    /* No input is added and subtracted. */
    for (int32_t i = 0; code->is_signed != 0u && i < inputs / 2; ++i) {
      if ((words[i] & words[i + inputs / 2]) != 0u) return false;
    }
  }
  return total == code->count;
}
