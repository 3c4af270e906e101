/* Makes the copies of input planes that conv2d_layout.h describes. */
#include <stdbool.h>
#include <string.h>

#include "conv2d_layout.h"
#include "conv2d_parts.h"
#include "conv2d_short_rows.h"
#include "conv2d_rows_mve.h"
#include "inline.h"
#include "row_bits.h"
#include "sbnn/planes.h"
#include "tap_rows.h"

/* Bits of `all` whose column is in [first, behind), where bit 0 is column
 * `column` and a row has `width` columns. */
static uint32_t columns_in(int32_t first, int32_t behind, int32_t column,
                           int32_t width) {
  uint32_t out = 0;
  for (int32_t at = first - column; at < 32; at += width) {
    const int32_t from = at < 0 ? 0 : at;
    const int32_t to = at + behind - first < 32 ? at + behind - first : 32;
    if (from < to) { out |= (0xFFFFFFFFu >> (32 - (to - from))) << from; }
  }
  return out;
}

/* A plane of `bits` bits with its padding above and below: what lies outside it is
 * `pad`. */
static void guard_plane(const sbnn_conv2d_layout* layout, const uint32_t* plane,
                        int64_t bits, int64_t start, uint32_t pad) {
  uint32_t* to = layout->buffer;
  const int32_t plane_words = (int32_t)((bits + 31) / 32);
  const int32_t skip = (int32_t)(start >> 5); /* word of the buffer's word 0 */
  const int32_t words = (int32_t)layout->buffer_words;
  int32_t before = skip < 0 ? -skip : 0;
  if (before > words) before = words;
  int32_t inside = plane_words - (skip + before);
  if (inside > words - before) inside = words - before;
  if (inside < 0) inside = 0;
  const uint32_t* from = plane + skip + before;
  const uint32_t rest = (uint32_t)bits & 31u;
  int32_t i = 0;
  for (; i < before; ++i) *to++ = pad;
  for (i = 0; i < inside; ++i) *to++ = *from++;
  if (rest != 0u && inside > 0 && skip + before + inside == plane_words) {
    const uint32_t valid = 0xFFFFFFFFu >> (32u - rest);
    to[-1] = (to[-1] & valid) | (pad & ~valid);
  }
  for (i = before + inside; i < words; ++i) *to++ = pad;
}

/* A stream whose pitch differs from the input's: row by row. */
static void write_words_of_stream(const sbnn_conv2d_layout* layout,
                                  const sbnn_conv2d_params* p,
                                  const uint32_t* plane, int32_t rho,
                                  int32_t kx, int64_t start, uint32_t pad) {
  memset(layout->buffer, 0, (size_t)layout->buffer_words * 4u);
  const int64_t end = start + 32 * layout->buffer_words;
  const int32_t column = kx * p->dilation_width - p->pad_left;
  const int32_t chunk = sbnn_thinned_bits(p->stride_width);
  for (int64_t row = start / p->out_width; row * p->out_width < end; ++row) {
    const int64_t iy = row * p->stride_height + rho - p->pad_top;
    const bool inside = iy >= 0 && iy < p->in_height;
    for (int32_t ox = 0; ox < p->out_width; ox += chunk) {
      const int32_t count =
          p->out_width - ox < chunk ? p->out_width - ox : chunk;
      uint32_t bits = pad;
      if (inside) {
        bits = sbnn_row_bits(plane, (int32_t)iy * p->in_width, p->in_width,
                             column + ox * p->stride_width, pad);
        bits = sbnn_thin(bits, p->stride_width);
      }
      sbnn_put_row_bits(layout->buffer, layout->buffer_words,
                        row * p->out_width + ox - start, count, bits);
    }
  }
}

/* `words` words from bit `bit` of the buffer on. */
static void move(const uint32_t* from, int64_t bit, uint32_t* to,
                 int32_t words) {
  const uint32_t right = (uint32_t)(bit & 31);
  uint32_t* const end = to + words;
  from += bit >> 5;
  uint32_t low = *from++;
  while (to != end) {
    const uint32_t high = *from++;
    *to++ = (low >> right) | ((high << 1) << (31u - right));
    low = high;
  }
}

/* Rows of one word: moved columns come from the same word. */
#ifdef SBNN_THUMB2
/* Four words with one load and one store. */
#define MOVE_FOUR(from, to, shift, operation)                            \
  __asm__ volatile("ldmia %0!, {r4, r5, r6, r8}\n\t" operation("r4")     \
                       operation("r5") operation("r6")                   \
                           operation("r8") "stmia %1!, {r4, r5, r6, r8}" \
                   : "+r"(from), "+r"(to)                                \
                   : "r"(shift)                                          \
                   : "r4", "r5", "r6", "r8", "memory")
#define NOTHING(word)
#define LEFT(word) "lsl " word ", " word ", %2\n\t"
#define RIGHT(word) "lsr " word ", " word ", %2\n\t"
#else
#define MOVE_FOUR(from, to, shift, operation) \
  do {                                        \
    (to)[0] = operation((from)[0], shift);    \
    (to)[1] = operation((from)[1], shift);    \
    (to)[2] = operation((from)[2], shift);    \
    (to)[3] = operation((from)[3], shift);    \
    (from) += 4;                              \
    (to) += 4;                                \
  } while (false)
#define NOTHING(word, shift) (word)
#define LEFT(word, shift) ((word) << (shift))
#define RIGHT(word, shift) ((word) >> (shift))
#endif

/* `words` words, their columns moved by `moved` and zeros moved in. */
static uint32_t* move_rows(const uint32_t* from, int32_t moved, uint32_t* to,
                           int32_t words) {
  const uint32_t* const fours = to + (words & ~3);
  const uint32_t* const end = to + words;
  if (moved == 0) {
    while (to != fours) MOVE_FOUR(from, to, 0u, NOTHING);
    while (to != end) *to++ = *from++;
  } else if (moved < 0) {
    const uint32_t left = (uint32_t)-moved;
    while (to != fours) MOVE_FOUR(from, to, left, LEFT);
    while (to != end) *to++ = *from++ << left;
  } else {
    const uint32_t right = (uint32_t)moved;
    while (to != fours) MOVE_FOUR(from, to, right, RIGHT);
    while (to != end) *to++ = *from++ >> right;
  }
  return to;
}

static int32_t column_of(const sbnn_conv2d_params* p, int32_t kx) {
  return kx * p->dilation_width - p->pad_left;
}

/* A copy of what lies `columns` columns further on in its part. */
static void plan_move(const sbnn_conv2d_layout* layout,
                      const sbnn_conv2d_params* p,
                      const sbnn_row_copies* copies, int32_t first,
                      int32_t columns, sbnn_plane_move* move_to) {
  const int32_t width = p->out_width;
  uint32_t* keep = layout->keep + move_to->at;
  int32_t from = -columns, behind = width - columns;
  if (from < 0) from = 0;
  if (behind > width) behind = width;
  for (int32_t w = 0; w < copies->words; ++w) {
    const uint32_t bit =
        32u * (uint32_t)(first + copies->first + w) + (uint32_t)copies->phase;
    const int32_t column = (int32_t)(bit % (uint32_t)width);
    keep[w] = from < behind ? columns_in(from, behind, column, width) : 0u;
  }
}

/* Where each copy of a band comes from, and which of its bits have columns inside the
 * image; of parts, those of the first part first. */
static void plan_moves(const sbnn_conv2d_layout* layout,
                       const sbnn_conv2d_params* p, int32_t first,
                       int32_t cut) {
  const bool parts = layout->way == SBNN_COPY_PARTS;
  sbnn_plane_move* move_to = layout->moves;
  for (int32_t part = 0; part < (parts ? 4 : 1); ++part) {
    for (int32_t i = 0; i < layout->row_copies_count; ++i) {
      const sbnn_row_copies* copies = &layout->row_copies[i];
      int32_t row = copies->rho - p->pad_top;
      if (parts && (row & 1) != part >> 1) continue;
      if (parts) row = sbnn_half_down(row);
      const int64_t row_bit = 32 * (int64_t)copies->first + copies->phase +
                              (int64_t)row * p->out_width - layout->buffer_bit;
      for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
        int32_t column = column_of(p, kx);
        if (parts && (column & 1) != (part & 1)) continue;
        if (parts) column = sbnn_half_down(column);
        const int64_t from_bit = row_bit + column;
        move_to->part = part;
        move_to->word = (int32_t)(from_bit >> 5);
        move_to->right = (uint32_t)(from_bit & 31);
        move_to->at = copies->at + kx * copies->words;
        move_to->words = copies->words - cut;
        plan_move(layout, p, copies, first, column, move_to);
        ++move_to;
      }
    }
  }
}

static void copy_moved(const sbnn_conv2d_layout* layout,
                       const sbnn_conv2d_params* p, const uint32_t* plane,
                       uint32_t* out, int32_t first, uint32_t pad) {
  const int64_t start = 32 * (int64_t)first + layout->buffer_bit;
  const int32_t part_words = sbnn_part_words(layout->in_words);
  int64_t bits = (int64_t)p->in_height * p->in_width;
  if (layout->way == SBNN_COPY_PARTS) {
    sbnn_take_apart(plane, layout->in_words, p->out_width,
                    layout->parts + 4 * part_words, layout->parts);
    plane = layout->parts;
    bits /= 4;
  }
  int32_t part = -1;
  const sbnn_plane_move* const moves_end =
      layout->moves + layout->row_copies_count * p->kernel_width;
  for (const sbnn_plane_move* m = layout->moves; m != moves_end; ++m) {
    if (m->part != part) {
      part = m->part;
      guard_plane(layout, plane + part * part_words, bits, start, pad);
    }
    const uint32_t* from = layout->buffer + m->word;
    const uint32_t* keep = layout->keep + m->at;
    const uint32_t right = m->right;
    uint32_t* to = out + m->at;
    uint32_t* const end = to + m->words;
    uint32_t low = *from++;
    do {
      const uint32_t high = *from++;
      const uint32_t bits_here =
          (low >> right) | ((high << 1) << (31u - right));
      *to++ = ((bits_here ^ pad) & *keep++) ^ pad;
      low = high;
    } while (to != end);
  }
}

static void copy_word_rows(const sbnn_conv2d_layout* layout,
                           const sbnn_conv2d_params* p, const uint32_t* plane,
                           uint32_t* out, int32_t first, int32_t words,
                           uint32_t pad) {
  /* Of the rows that all tap rows read, `above` and `below` lie outside. */
  const int32_t start = first - p->pad_top;
  int32_t above = start < 0 ? -start : 0;
  if (above > words) above = words;
  int32_t inside = p->in_height - (start + above);
  if (inside < 0) inside = 0;
  if (inside > words - above) inside = words - above;
  const int32_t below = words - above - inside;
  const uint32_t* from = inside > 0 ? plane + (start + above) : plane;
  for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
    const int32_t moved = column_of(p, kx);
    uint32_t* to = out + kx * layout->row_copies[0].words;
    for (int32_t i = 0; i < above; ++i) *to++ = pad;
    uint32_t* const rows = to;
    to = move_rows(from, moved, to, inside);
    if (pad != 0u) {
      const uint32_t fill =
          moved < 0 ? ~(0xFFFFFFFFu << -moved) : ~(0xFFFFFFFFu >> moved);
      for (uint32_t* at = rows; at != to; ++at) *at |= fill;
    }
    for (int32_t i = 0; i < below; ++i) *to++ = pad;
  }
}

static void copy_row_by_row(const sbnn_conv2d_layout* layout,
                            const sbnn_conv2d_params* p, const uint32_t* plane,
                            uint32_t* out, int32_t first, int32_t cut,
                            uint32_t pad) {
  for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
    int32_t written = -1; /* the stream in the buffer */
    for (int32_t i = 0; i < layout->row_copies_count; ++i) {
      const sbnn_row_copies* copies = &layout->row_copies[i];
      if (copies->rho != written) {
        written = copies->rho;
        write_words_of_stream(layout, p, plane, written, kx,
                              32 * (int64_t)first, pad);
      }
      move(layout->buffer, 32 * (int64_t)copies->first + copies->phase,
           out + copies->at + kx * copies->words, copies->words - cut);
    }
  }
}

void sbnn_conv2d_copy_planes(const sbnn_conv2d_layout* layout,
                             const sbnn_conv2d_params* p, const uint32_t* x,
                             int32_t group, int32_t first, int32_t words) {
  const uint32_t pad = p->pad_value > 0 ? 0xFFFFFFFFu : 0u;
  const int32_t cut = layout->band_words - words; /* in the last band */
  x += group * layout->group_in * layout->levels * layout->in_words;
  if (group == 0 &&
      (layout->way == SBNN_COPY_MOVED || layout->way == SBNN_COPY_PARTS)) {
    plan_moves(layout, p, first, cut);
  }
  for (int32_t level = 0; level < layout->levels; ++level) {
    const uint32_t* plane = x + level * layout->in_words;
    uint32_t* out = layout->copies + level * layout->level_words;
#ifdef SBNN_MVE
    if (layout->way == SBNN_COPY_SHORT_ROWS) {
      copy_short_rows_mve(layout, plane, out, first, words, pad, p->in_width);
      continue;
    }
    if (layout->way == SBNN_COPY_WORD_ROWS) {
      copy_word_rows_mve(layout, p, plane, out, first,
                         layout->row_copies[0].words - cut, pad);
      continue;
    }
#endif
    for (int32_t c = 0; c < layout->group_in; ++c) {
      switch (layout->way) {
        case SBNN_COPY_WORD_ROWS:
          copy_word_rows(layout, p, plane, out, first,
                         layout->row_copies[0].words - cut, pad);
          break;
        case SBNN_COPY_SHORT_ROWS:
          if (p->in_width == 8) {
            copy_rows_of_8(layout, plane, out, first, words, pad);
          } else {
            copy_rows_of_16(layout, plane, out, first, words, pad);
          }
          break;
        case SBNN_COPY_ROW_BY_ROW:
          copy_row_by_row(layout, p, plane, out, first, cut, pad);
          break;
        default: copy_moved(layout, p, plane, out, first, pad);
      }
      plane += layout->levels * layout->in_words;
      out += layout->channel_words;
    }
  }
}
