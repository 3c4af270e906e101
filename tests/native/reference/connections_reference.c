/* Weight codes, bit by bit as docs/format.md describes them. */
#include "reference.h"

static uint32_t read_bit(reference_weights* r) {
  const uint32_t word = r->code->words[r->bit / 32];
  const uint32_t bit = word >> (31 - r->bit % 32) & 1u;
  ++r->bit;
  return bit;
}

static int32_t read_bits(reference_weights* r, int32_t count) {
  int32_t value = 0;
  for (int32_t i = 0; i < count; ++i) value = 2 * value + (int32_t)read_bit(r);
  return value;
}

/* A number from 0 to modulus - 1 in truncated binary: the first 2^b - modulus take
 * b - 1 bits, the others b. */
static int32_t read_truncated(reference_weights* r, int32_t modulus) {
  int32_t bits = 0;
  while (1 << bits < modulus) ++bits;
  const int32_t shorter = (1 << bits) - modulus;
  const int32_t value = read_bits(r, bits - 1);
  if (value < shorter) return value;
  return 2 * value + (int32_t)read_bit(r) - shorter;
}

static int32_t read_byte(reference_weights* r) {
  const uint8_t* bytes = (const uint8_t*)r->code->words;
  const int32_t byte = bytes[r->bit / 8];
  r->bit += 8;
  return byte;
}

static int32_t read_gap(reference_weights* r) {
  if (r->code->code == SBNN_CODE_BYTES) {
    int32_t gap = 0, byte;
    while ((byte = read_byte(r)) == 255) gap += byte;
    return gap + byte;
  }
  const int32_t parameter = r->code->parameter;
  int32_t quotient = 0;
  while (read_bit(r) == 0u) ++quotient;
  if (r->code->code == SBNN_CODE_GOLOMB) {
    return quotient * parameter + read_truncated(r, parameter);
  }
  return quotient * (1 << parameter) + read_bits(r, parameter);
}

reference_weights reference_first_weight(const sbnn_connections* code) {
  const reference_weights first = {code, 0, code->count, -1, 0};
  return first;
}

static int32_t next_magnitude(reference_weights* r) {
  if (r->code->code == SBNN_CODE_BITMAP) return (int32_t)read_bit(r);
  if (r->gap < 0) {
    if (r->left == 0) return 0;
    --r->left;
    r->gap = read_gap(r);
  }
  return r->gap-- == 0;
}

int32_t reference_next_weight(reference_weights* r) {
  if (next_magnitude(r) == 0) return 0;
  const int32_t number = r->met++;
  if (r->code->is_signed == 0u) return 1;
  return reference_bit(r->code->signs, number) ? -1 : 1;
}
