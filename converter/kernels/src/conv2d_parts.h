/* A plane taken apart into its even and odd rows and columns.
 *
 * A convolution of stride 2 reads every second row and column: each of its taps finds
 * all that it reads in one of four parts, side by side, where the part's pitch is the
 * output's. To such parts a stride of 2 is one of 1. */
#ifndef SBNN_CONV2D_PARTS_H_
#define SBNN_CONV2D_PARTS_H_

#include <stdbool.h>
#include <stdint.h>

/* Whether planes whose parts are `width` columns wide can be taken apart: rows of a
 * part fill words, or words hold whole rows. */
bool sbnn_has_parts(int32_t width);

/* Words of each part of a plane of `words` words. */
static inline int32_t sbnn_part_words(int32_t words) { return (words + 3) / 4; }

/* Words that taking a plane of `words` words apart needs beside the parts. */
static inline int32_t sbnn_part_room(int32_t words) {
  return 2 * ((words + 1) / 2);
}

/* Takes `plane` apart: at `parts` the even columns of its even rows, then the odd ones,
 * then both of its odd rows, sbnn_part_words each. */
void sbnn_take_apart(const uint32_t* plane, int32_t words, int32_t width,
                     uint32_t* room, uint32_t* parts);

#endif /* SBNN_CONV2D_PARTS_H_ */
