/* What becomes of the sums of a dense layer's units, one unit after another. */
#ifndef SBNN_DENSE_UNITS_H_
#define SBNN_DENSE_UNITS_H_

#include <stdint.h>

#include "sbnn/output.h"

typedef struct {
  const sbnn_output* output;
  int32_t window_part, shift; /* of every sum */
  int32_t unit, units;        /* the next one; how many there are */
  uint32_t bits;              /* of the units since the last multiple of 32 */
  void* y;
} sbnn_dense_units;

/* Takes the sum of the next unit. The first parameter is a `sbnn_dense_units`. */
void sbnn_finish_unit(void* the_units, int32_t sum);

/* Takes the sum of the next unit; those behind it have no connection. */
void sbnn_finish_units(sbnn_dense_units* units, int32_t sum);

#endif /* SBNN_DENSE_UNITS_H_ */
