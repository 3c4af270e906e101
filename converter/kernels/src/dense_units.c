#include "hot.h"
#include "dense_units.h"

#include "sbnn/integers.h"

SBNN_HOT void sbnn_finish_unit(void* the_units, int32_t sum) {
  sbnn_dense_units* l = (sbnn_dense_units*)the_units;
  const sbnn_output* output = l->output;
  const int32_t unit = l->unit++;
  sum = sum * (1 << l->shift) + l->window_part;
  if (output->stage != SBNN_CUTS || output->by.cuts.count > 1) {
    sbnn_write_sums(output, unit, 0, &sum, 1, l->y);
    return;
  }
  uint32_t bits = l->bits;
  if (sum >= sbnn_integer_inline(output->by.cuts.thresholds, unit))
    bits |= 1u << (unit & 31);
  l->bits = bits;
  if ((unit & 31) == 31 || unit + 1 == l->units) {
    const uint32_t there = 0xFFFFFFFFu >> (31 - (unit & 31));
    ((uint32_t*)l->y)[unit >> 5] =
        (bits ^ output->by.cuts.flips[unit >> 5]) & there;
    l->bits = 0;
  }
}

SBNN_HOT void sbnn_finish_units(sbnn_dense_units* units, int32_t sum) {
  for (; units->unit < units->units; sum = 0) sbnn_finish_unit(units, sum);
}
