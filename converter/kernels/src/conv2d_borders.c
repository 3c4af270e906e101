#include "conv2d_borders.h"

#include <stdbool.h>

#include "sbnn/planes.h"

typedef struct {
  int32_t in, out, kernel, stride, dilation, pad;
} axis;

static axis rows_of(const sbnn_conv2d_params* p) {
  const axis a = {p->in_height,     p->out_height,      p->kernel_height,
                  p->stride_height, p->dilation_height, p->pad_top};
  return a;
}

static axis columns_of(const sbnn_conv2d_params* p) {
  const axis a = {p->in_width,     p->out_width,      p->kernel_width,
                  p->stride_width, p->dilation_width, p->pad_left};
  return a;
}

/* Taps of the window at `i` that fall inside [0, in). */
static sbnn_tap_range taps_inside(const axis* a, int32_t i) {
  const int32_t start = i * a->stride - a->pad;
  sbnn_tap_range range = {0, a->kernel};
  if (start < 0) {
    const int32_t first = (-start + a->dilation - 1) / a->dilation;
    range.first = first < a->kernel ? first : a->kernel;
  }
  const int32_t room = a->in - start;
  const int32_t behind = room <= 0 ? 0 : (room + a->dilation - 1) / a->dilation;
  if (behind < range.behind) range.behind = behind;
  if (range.behind < range.first) range.behind = range.first;
  return range;
}

/* Writes classes and their ranges where there is memory; returns the number of
 * classes. Equal ranges lie side by side. */
static int32_t classify(const axis* a, bool borders, uint16_t* class_of,
                        sbnn_tap_range* ranges) {
  /* Whole windows, most of them, follow one another. */
  int32_t inner = 0, inner_end = a->out;
  if (borders) {
    const int32_t room = a->in - 1 - (a->kernel - 1) * a->dilation + a->pad;
    inner = (a->pad + a->stride - 1) / a->stride;
    const int32_t fitting = room < 0 ? 0 : room / a->stride + 1;
    inner_end = fitting < a->out ? fitting : a->out;
  }
  int32_t classes = 0;
  sbnn_tap_range current = {0, 0};
  for (int32_t i = 0, end = 0; i < a->out; i = end) {
    const bool is_inner = i >= inner && i < inner_end;
    sbnn_tap_range range = {0, a->kernel};
    if (!is_inner) range = taps_inside(a, i);
    end = is_inner ? inner_end : i + 1;
    if (classes == 0 || range.first != current.first ||
        range.behind != current.behind) {
      if (ranges != NULL) ranges[classes] = range;
      ++classes;
      current = range;
    }
    for (int32_t at = i; class_of != NULL && at < end; ++at) {
      class_of[at] = (uint16_t)(classes - 1);
    }
  }
  return classes;
}

/* Kinds of the 32 positions from 32 * w on, without doubles; returns their
 * number. */
static int32_t kinds_of_word(const sbnn_conv2d_borders* b,
                             const sbnn_conv2d_params* p, int32_t w,
                             sbnn_kind_bits* out) {
  const int32_t positions = p->out_height * p->out_width;
  const int32_t bits = positions - 32 * w < 32 ? positions - 32 * w : 32;
  int32_t row = 32 * w / p->out_width;
  int32_t column = 32 * w % p->out_width;
  int32_t count = 0;
  for (int32_t bit = 0; bit < bits;) {
    /* A run of positions in one row and one column class. */
    const int32_t cls = b->column_class[column];
    const int32_t kind = b->row_class[row] * b->column_classes + cls;
    const int32_t from = bit;
    do {
      ++bit;
      ++column;
    } while (bit < bits && column < p->out_width &&
             b->column_class[column] == cls);
    if (column == p->out_width) {
      column = 0;
      ++row;
    }
    const uint32_t mask = (0xFFFFFFFFu >> (32 - (bit - from))) << from;
    int32_t i = 0;
    while (i < count && out[i].kind != kind) ++i;
    if (i == count) {
      out[count].kind = kind;
      out[count++].mask = mask;
    } else {
      out[i].mask |= mask;
    }
  }
  return count;
}

/* Whether two words have the same kinds in the same bits: they start in the
 * same column, and their rows are of the same classes. */
static bool same_class(const sbnn_conv2d_borders* b,
                       const sbnn_conv2d_params* p, int32_t v, int32_t w) {
  const int32_t column = 32 * v % p->out_width;
  if (column != 32 * w % p->out_width) return false;
  const int32_t row_v = 32 * v / p->out_width;
  const int32_t row_w = 32 * w / p->out_width;
  for (int32_t i = 0; i * p->out_width < column + 32; ++i) {
    if (row_w + i >= p->out_height || row_v + i >= p->out_height) {
      return row_w == row_v;
    }
    if (b->row_class[row_v + i] != b->row_class[row_w + i]) return false;
  }
  return true;
}

void sbnn_conv2d_find_borders(sbnn_conv2d_borders* b,
                              const sbnn_conv2d_params* p,
                              const sbnn_conv2d_layout* layout,
                              sbnn_carver* carver) {
  const bool borders = p->pad_value == 0;
  const axis rows = rows_of(p), columns = columns_of(p);
  b->row_classes = classify(&rows, borders, NULL, NULL);
  b->column_classes = classify(&columns, borders, NULL, NULL);
  const bool one_kind = b->row_classes == 1 && b->column_classes == 1;
  b->row_class = (uint16_t*)sbnn_carve(carver, p->out_height, 2u);
  b->column_class = (uint16_t*)sbnn_carve(carver, p->out_width, 2u);
  b->rows = (sbnn_tap_range*)sbnn_carve(carver, b->row_classes,
                                        sizeof(sbnn_tap_range));
  b->columns = (sbnn_tap_range*)sbnn_carve(carver, b->column_classes,
                                           sizeof(sbnn_tap_range));
  b->word_class = (uint16_t*)sbnn_carve(carver, layout->band_words, 2u);
  if (b->row_class != NULL) {
    classify(&rows, borders, b->row_class, b->rows);
    classify(&columns, borders, b->column_class, b->columns);
  }
  /* A word starts in one of out_width / gcd(out_width, 32) columns. If its rows
   * are all of one class, it has no other properties; each border between two
   * row classes, and the plane's end, falls into one word at most. */
  int32_t places = p->out_width;
  for (int32_t i = 0; i < 5 && places % 2 == 0; ++i) places /= 2;
  int64_t classes = one_kind ? 1 : ((int64_t)places + 1) * b->row_classes;
  if (classes > layout->band_words) classes = layout->band_words;
  /* A word meets as many rows as its bits reach, each of one class. */
  const bool whole_rows = p->out_width % 32 == 0;
  int64_t rows_met = whole_rows ? 1 : 31 / p->out_width + 2;
  if (rows_met > b->row_classes) rows_met = b->row_classes;
  int64_t kinds = rows_met * b->column_classes;
  if (kinds > SBNN_KINDS_IN_WORD) kinds = SBNN_KINDS_IN_WORD;
  b->word_classes = (int32_t)classes;
  b->class_at = (int32_t*)sbnn_carve(carver, classes + 1, 4u);
  b->kind_bits = (sbnn_kind_bits*)sbnn_carve(carver, classes * kinds,
                                             sizeof(sbnn_kind_bits));
}

void sbnn_conv2d_sort_words(sbnn_conv2d_borders* b, const sbnn_conv2d_params* p,
                            int32_t first, int32_t words) {
  const bool one_kind = b->row_classes == 1 && b->column_classes == 1;
  int32_t classes = 0;
  int32_t at = 0;
  for (int32_t w = 0; w < words; ++w) {
    int32_t found =
        w > 0 && (one_kind || same_class(b, p, first + w - 1, first + w))
            ? b->word_class[w - 1]
            : classes;
    for (int32_t v = 0; found == classes && v < w; ++v) {
      if (same_class(b, p, first + v, first + w)) found = b->word_class[v];
    }
    b->word_class[w] = (uint16_t)found;
    if (found < classes) continue;
    b->class_at[classes++] = at;
    if (one_kind) {
      b->kind_bits[at].kind = 0;
      b->kind_bits[at++].mask = 0xFFFFFFFFu;
    } else {
      at += kinds_of_word(b, p, first + w, b->kind_bits + at);
    }
  }
  b->class_at[classes] = at;
  b->word_classes = classes;
}
