/* The sum of two streams. */
#ifndef SBNN_ADD_H_
#define SBNN_ADD_H_

#include <stdint.h>

#include "sbnn/face.h"
#include "sbnn/option_list.h"

#define SBNN_ADD_OPTIONS(X)                                                 \
  X(channels, 1, INT32_MAX, SBNN_ALWAYS, "channels; 1 if they are vectors") \
  X(other_planes, 1, SBNN_MAX_PLANES, SBNN_ALWAYS,                          \
    "planes of a channel of the second input")

typedef struct {
  SBNN_ADD_OPTIONS(SBNN_OPTION_FIELD)
} sbnn_add_params;

/* What x and `other` stand for as streams, n - 2^(planes - 1), is added, limited
 * to what `out_planes` planes hold, no more than the wider input has, and written
 * to y. A plane is `words` words. Unused bits stay 0. */
void sbnn_add_planes(const sbnn_add_params* params, int32_t planes,
                     int32_t out_planes, int32_t words, const uint32_t* x,
                     const uint32_t* other, uint32_t* y);

#endif /* SBNN_ADD_H_ */
