#include "reference.h"

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

void reference_open_connections(sbnn_connection_reader* reader,
                           const sbnn_connections* code) {
  reader->code = code;
  reader->bit = 0;
  reader->left = code->count;
  reader->index = -1;
}

int32_t reference_next_connection(sbnn_connection_reader* reader) {
  const sbnn_connections* code = reader->code;
  if (reader->left <= 0) return SBNN_NO_CONNECTION;
  --reader->left;

  const uint32_t zeros = count_zeros(code, reader->bit);
  if (zeros == UINT32_MAX) return SBNN_NO_CONNECTION;
  reader->bit += zeros + 1u;
  uint32_t gap = zeros;
  if (code->parameter > 0u) {
    if (zeros > (uint32_t)INT32_MAX >> code->parameter) {
      return SBNN_NO_CONNECTION;
    }
    gap = (zeros << code->parameter) |
          (peek(code, reader->bit) >> (32u - code->parameter));
    reader->bit += code->parameter;
  }

  /* index + gap + 1 must stay below `weights`; no term here can overflow. */
  const int32_t room = code->weights - 1 - reader->index;
  if (room <= 0 || gap > (uint32_t)(room - 1)) return SBNN_NO_CONNECTION;
  reader->index += (int32_t)gap + 1;
  return reader->index;
}

