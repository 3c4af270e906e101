/* Kinds of positions in a convolution's vectors (src/conv2d_borders.h), and numbers
 * of kinds bit-sliced. */
#include <string.h>

#include "conv2d_plan_parts.h"

enum { NO_KIND = 0xFFFF /* of bits behind a plane's end */ };

/* Kinds of the bits of vector `w`. */
static void find_kinds(const sbnn_host_conv2d* plan,
                       const sbnn_conv2d_borders* borders, int32_t w,
                       uint16_t* kinds) {
  const int32_t bits = 8 * plan->vector_bytes;
  for (int32_t i = 0; i < bits; ++i) {
    const int64_t position = (int64_t)w * bits + i % (8 * plan->lane_bytes);
    kinds[i] = NO_KIND;
    if (position < plan->positions) {
      const int32_t width = plan->params.out_width;
      kinds[i] = (uint16_t)(borders->row_class[position / width] *
                                borders->column_classes +
                            borders->column_class[position % width]);
    }
  }
}

bool sbnn_host_sort_words(sbnn_host_making* m, const sbnn_host_memory* memory) {
  sbnn_host_conv2d* plan = m->plan;
  sbnn_conv2d_params p = plan->params;
  if (plan->pixels) p.pad_value = 1; /* no kinds */
  sbnn_conv2d_layout layout;
  memset(&layout, 0, sizeof(layout));
  layout.band_words = 1;
  sbnn_carver carver = {NULL, 0};
  sbnn_conv2d_find_borders(&m->borders, &p, &layout, &carver);
  carver.memory = (uint8_t*)sbnn_host_take(memory, (int64_t)carver.used, 1u);
  if (carver.memory == NULL) return false;
  carver.used = 0;
  sbnn_conv2d_find_borders(&m->borders, &p, &layout, &carver);

  m->kinds = m->borders.row_classes * m->borders.column_classes;
  if (m->kinds >= NO_KIND) return false;
  const int32_t bits = 8 * plan->vector_bytes;
  plan->word_class = (uint16_t*)sbnn_host_take(memory, plan->words, 2u);
  /* Words that begin in the same column and have rows of the same classes are
   * of one class: no more than this many. */
  int32_t places = p.out_width;
  for (int32_t i = bits; i > 1 && places % 2 == 0; i /= 2) places /= 2;
  int64_t most = ((int64_t)places + 1) * m->borders.row_classes;
  if (most > plan->words) most = plan->words;
  m->class_kinds = (uint16_t*)sbnn_host_take(memory, (most + 1) * bits, 2u);
  if (plan->word_class == NULL || m->class_kinds == NULL) return false;
  for (int32_t w = 0; w < plan->words; ++w) {
    uint16_t* kinds = m->class_kinds + (int64_t)plan->word_classes * bits;
    find_kinds(plan, &m->borders, w, kinds);
    int32_t found = 0;
    while (found < plan->word_classes &&
           memcmp(kinds, m->class_kinds + (int64_t)found * bits,
                  (size_t)bits * 2u) != 0) {
      ++found;
    }
    plan->word_class[w] = (uint16_t)found;
    if (found == plan->word_classes) ++plan->word_classes;
  }
  m->values = (int64_t*)sbnn_host_take(memory, m->kinds, sizeof(int64_t));
  m->inside = (int32_t*)sbnn_host_take(memory, m->kinds, 4u);
  m->tap_counts = (int32_t*)sbnn_host_take(memory, plan->taps, 4u);
  return m->values != NULL && m->inside != NULL && m->tap_counts != NULL;
}

/* For each kind the sum of tap_counts over the taps inside the image. */
void sbnn_host_sum_inside(sbnn_host_making* m) {
  const sbnn_conv2d_borders* b = &m->borders;
  for (int32_t kind = 0; kind < m->kinds; ++kind) {
    const sbnn_tap_range rows = b->rows[kind / b->column_classes];
    const sbnn_tap_range columns = b->columns[kind % b->column_classes];
    int32_t sum = 0;
    for (int32_t ky = rows.first; ky < rows.behind; ++ky) {
      for (int32_t kx = columns.first; kx < columns.behind; ++kx) {
        sum += m->tap_counts[ky * m->plan->params.kernel_width + kx];
      }
    }
    m->inside[kind] = sum;
  }
}

/* Bit-slices the values of the kinds for each class of words. */
void sbnn_host_slice_values(const sbnn_host_making* m, int32_t slices,
                            uint8_t* to) {
  const int32_t bytes = m->plan->vector_bytes;
  for (int32_t cls = 0; cls < m->plan->word_classes; ++cls) {
    const uint16_t* kinds = m->class_kinds + (int64_t)cls * 8 * bytes;
    for (int32_t i = 0; i < 8 * bytes; ++i) {
      if (kinds[i] == NO_KIND) continue;
      const int64_t value = m->values[kinds[i]];
      for (int32_t k = 0; k < slices; ++k) {
        to[k * bytes + i / 8] |=
            (uint8_t)(((uint64_t)(value >> k) & 1u) << (i % 8));
      }
    }
    to += slices * bytes;
  }
}
