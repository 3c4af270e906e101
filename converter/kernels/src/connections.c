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

/* Zeros in front of the connection that the bytes from the reader's place on say, or
 * UINT32_MAX if they say none. */
static uint32_t take_bytes(sbnn_connection_reader* reader) {
  const sbnn_connections* code = reader->code;
  for (uint32_t gap = 0; gap <= (uint32_t)code->weights; gap += SBNN_SKIP) {
    const uint32_t at = reader->bit >> 5;
    if (at >= (uint32_t)code->word_count) break;
    const uint32_t byte = (code->words[at] >> (reader->bit & 31u)) & 255u;
    reader->bit += 8u;
    if (byte != SBNN_SKIP) return gap + byte;
  }
  return UINT32_MAX;
}

/* The same of a code of bits. */
static uint32_t take_bits(sbnn_connection_reader* reader) {
  const sbnn_connections* code = reader->code;
  const uint32_t parameter = code->parameter;
  const uint32_t zeros = count_zeros(code, reader->bit);
  if (zeros == UINT32_MAX) return UINT32_MAX;
  reader->bit += zeros + 1u;
  if (code->code == SBNN_CODE_GOLOMB) {
    if (zeros > (uint32_t)INT32_MAX / 256u) return UINT32_MAX;
    return zeros * parameter + take_remainder(reader, parameter);
  }
  if (parameter == 0u) return zeros;
  if (zeros > (uint32_t)INT32_MAX >> parameter) return UINT32_MAX;
  return (zeros << parameter) | take(reader, parameter);
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
  const uint32_t gap =
      code->code == SBNN_CODE_BYTES ? take_bytes(reader) : take_bits(reader);
  if (gap == UINT32_MAX) return SBNN_NO_CONNECTION;

  /* index + gap + 1 must stay below `weights`; no term here can overflow. */
  const int32_t room = code->weights - 1 - reader->index;
  if (room <= 0 || gap > (uint32_t)(room - 1)) return SBNN_NO_CONNECTION;
  reader->index += (int32_t)gap + 1;
  return reader->index;
}

bool sbnn_code_is_possible(const sbnn_connections* code, int32_t fan_in) {
  const uint32_t parameter = code->parameter;
  const uint32_t words = (uint32_t)code->word_count;
  if (code->code == SBNN_CODE_SLICED) {
    const uint32_t units = (uint32_t)(code->weights / fan_in);
    const uint32_t inputs = (uint32_t)fan_in << code->is_signed;
    return parameter == 0u && words == (units + 31u) / 32u * inputs + units;
  }
  /* Bits are counted in 32 bits. */
  if (code->word_count < 1 || words >= INT32_MAX / 64) return false;
  switch (code->code) {
    case SBNN_CODE_BITMAP: return parameter == 0u;
    case SBNN_CODE_RICE: return parameter < 31u;
    case SBNN_CODE_BYTES: return parameter <= 1u;
    case SBNN_CODE_GOLOMB: return parameter >= 2u;
    default: return false;
  }
}
