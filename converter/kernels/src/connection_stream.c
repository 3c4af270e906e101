#include "hot.h"
#include "connection_stream.h"

#include <stddef.h>

#include "byte_gaps.h"
#include "bytes_thumb2.h"
#include "inline.h"
#include "rice.h"
#include "stream_thumb2.h"

uint32_t sbnn_rice_step_slow(const sbnn_connections* code, uint32_t* bit) {
  sbnn_connection_reader reader;
  reader.code = code;
  reader.bit = *bit;
  reader.left = 1;
  reader.index = -1;
  const int32_t index = sbnn_next_connection(&reader);
  if (index == SBNN_NO_CONNECTION) return (uint32_t)index;
  *bit = reader.bit;
  return (uint32_t)index + 1u;
}

void sbnn_open_stream(sbnn_connection_stream* stream,
                      const sbnn_connections* code) {
  stream->code = code;
  stream->bit = 0;
  stream->sign = 0;
  stream->index = UINT32_MAX; /* -1: the first gap counts from there */
  stream->early = 0;
}

/* The same where gaps are bytes, a word at a time. */
SBNN_HOT static uint32_t* read_bytes_to(sbnn_connection_stream* stream,
                                        uint32_t end, uint32_t* to) {
  const sbnn_connections* code = stream->code;
  const uint32_t* word = code->words + (stream->bit >> 5);
  const uint32_t* const last = code->words + code->word_count - 1;
  uint32_t index = stream->index;
  const bool skips = code->parameter != 0u;
#ifdef SBNN_THUMB2
  if (!skips && word < last && (int32_t)index < (int32_t)end) {
    to = sbnn_read_bytes_thumb2(&word, last, &index, end, to);
  }
#endif
  while (word <= last && (int32_t)index < (int32_t)end) {
    uint32_t gaps = *word++;
    if (word <= last && !(skips && sbnn_has_skip(gaps))) {
      const uint32_t a = index + (gaps & 255u);
      const uint32_t b = a + ((gaps >> 8) & 255u);
      const uint32_t c = b + ((gaps >> 16) & 255u);
      index = c + (gaps >> 24) + 4u;
      to[0] = a + 1u;
      to[1] = b + 2u;
      to[2] = c + 3u;
      to[3] = index;
      to += 4;
      continue;
    }
    for (int32_t i = 0; i < 4;
         ++i, gaps >>= 8) { /* the last word is filled up */
      const uint32_t gap = gaps & 255u;
      index += gap;
      if (gap != SBNN_SKIP) *to++ = ++index;
    }
  }
  stream->bit = 32u * (uint32_t)(word - code->words);
  stream->index = index;
  return to;
}

/* Appends to `to` until a connection is at or behind `end`; that one and up to
 * three more stand in the list too. Returns the place behind the last. */
SBNN_HOT static uint32_t* read_to(sbnn_connection_stream* stream, uint32_t end,
                                  uint32_t* to) {
  const sbnn_connections* code = stream->code;
  if (code->code == SBNN_CODE_BYTES) return read_bytes_to(stream, end, to);
  const uint32_t k = code->parameter;
  const uint32_t last_window = sbnn_rice_last_window(code);
  uint32_t bit = stream->bit;
  uint32_t index = stream->index;
  do {
    if (bit < last_window) {
#ifdef SBNN_THUMB2
      if (k >= SBNN_LIST_LEAST && k <= SBNN_LIST_MOST) {
        sbnn_list_reader reader = {index,       to,          bit,
                                   code->words, last_window, end};
        sbnn_read_list_thumb2(&reader, k);
        index = reader.index;
        to = reader.to;
        bit = reader.bit;
        if ((int32_t)index >= (int32_t)end) break;
      } else
#endif
      {
        uint32_t window = sbnn_rice_window(code->words, bit);
        /* Each step goes `extra` too far; the indices are set right below. */
        const uint32_t extra = (1u << k) - 1u;
        const uintptr_t a = sbnn_rice_step(&window, k, index);
        const uintptr_t b = sbnn_rice_step(&window, k, a);
        const uint32_t behind_two = window;
        const uintptr_t c = sbnn_rice_step(&window, k, b);
        const uintptr_t d = sbnn_rice_step(&window, k, c);
        if (behind_two != 0u) {
          *to++ = (uint32_t)a - extra;
          *to++ = index = (uint32_t)b - 2u * extra;
          if (window != 0u) {
            *to++ = (uint32_t)c - 3u * extra;
            *to++ = index = (uint32_t)d - 4u * extra;
          } else {
            window = behind_two;
          }
          bit += sbnn_trailing_zeros(window);
          continue;
        }
      }
    }
    const uint32_t step = sbnn_rice_step_slow(code, &bit);
    if (step == (uint32_t)SBNN_NO_CONNECTION) break;
    index += step;
    *to++ = index;
  } while (index + 1u <= end); /* index may be -1 */
  stream->bit = bit;
  stream->index = index;
  return to;
}

/* Moves what subtracts on to the opposites. */
SBNN_HOT static void move_negative(sbnn_connection_stream* stream,
                                   uint32_t fan_in, uint32_t* list,
                                   const uint32_t* end) {
  const uint32_t* signs = stream->code->signs + (stream->sign >> 5);
  uint32_t skip = stream->sign & 31u;
  stream->sign += (uint32_t)(end - list);
  while (list != end) {
    uint32_t word = *signs++ >> skip;
    const uint32_t* stop =
        end - list > (ptrdiff_t)(32u - skip) ? list + (32u - skip) : end;
    for (; list != stop; word >>= 1) *list++ += fan_in & (0u - (word & 1u));
    skip = 0;
  }
}

SBNN_HOT int32_t sbnn_stream_places(sbnn_connection_stream* stream,
                                    uint32_t fan_in, uint32_t* list) {
  uint32_t* to = list;
  int32_t i = 0;
  while (i < stream->early && stream->ahead[i] < fan_in) {
    *to++ = stream->ahead[i++];
  }
  if (i == stream->early) {
    to = read_to(stream, fan_in, to);
    uint32_t* behind = to;
    while (behind != list && behind[-1] >= fan_in) --behind;
    stream->early = (int32_t)(to - behind);
    for (i = 0; i < stream->early; ++i) stream->ahead[i] = behind[i] - fan_in;
    to = behind;
  } else {
    stream->early -= i;
    for (int32_t j = 0; j < stream->early; ++j) {
      stream->ahead[j] = stream->ahead[i + j] - fan_in;
    }
  }
  stream->index -= fan_in;
  return (int32_t)(to - list);
}

SBNN_HOT int32_t sbnn_stream_channel(sbnn_connection_stream* stream,
                                     uint32_t fan_in, uint32_t* list) {
  const int32_t count = sbnn_stream_places(stream, fan_in, list);
  if (stream->code->signs != NULL) {
    move_negative(stream, fan_in, list, list + count);
  }
  return count;
}
