#include "hot.h"
#include "dense_units.h"

#include "inline.h"
#include "sbnn/integers.h"

SBNN_NOINLINE void write_sum(const sbnn_dense_units* l, int32_t unit,
                             int32_t sum) {
  sbnn_write_sums(l->output, unit, 0, &sum, 1, l->y);
}

SBNN_HOT void sbnn_finish_unit(void* the_units, int32_t sum) {
  sbnn_dense_units* l = (sbnn_dense_units*)the_units;
  const sbnn_output* output = l->output;
  const int32_t unit = l->unit++;
  sum = sum * (1 << l->shift) + l->window_part;
  if (output->stage != SBNN_CUTS || output->by.cuts.count > 1) {
    write_sum(l, unit, sum);
    return;
  }
  const int32_t threshold =
      sbnn_integer_inline(output->by.cuts.thresholds, unit);
  const uint32_t bits = l->bits | (uint32_t)(sum >= threshold) << (unit & 31);
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
