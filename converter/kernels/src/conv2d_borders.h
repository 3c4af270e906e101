/* Zero padding: how many connections a position has.
 *
 * A padded position holds 0, neither +1 nor -1. A sum over n connections of
 * which v meet the image is 2 * (ones) - v, so the count of ones that reaches a
 * threshold depends on v. It is the same for all positions whose windows lose
 * the same tap rows and columns: an output row belongs to a *row class*, a
 * column to a *column class*, and their pair is the *kind* of a position: nine
 * kinds for a 3x3 kernel with stride 1.
 *
 * The words of a band are sorted into *word classes* that hold the same kinds in
 * the same bits; a class is written down as its kinds with a mask of bits each.
 * Constants of a channel are then bit-sliced once for each word class. */
#ifndef SBNN_CONV2D_BORDERS_H_
#define SBNN_CONV2D_BORDERS_H_

#include <stdint.h>

#include "carver.h"
#include "conv2d_layout.h"
#include "sbnn/conv2d.h"

/* Taps [first, behind) of a window's rows or columns meet the image. */
typedef struct {
  int32_t first, behind;
} sbnn_tap_range;

typedef struct {
  int32_t kind;
  uint32_t mask;
} sbnn_kind_bits;

typedef struct {
  int32_t row_classes,
      column_classes;     /* kind = row * column_classes + column */
  uint16_t* row_class;    /* of each output row */
  uint16_t* column_class; /* of each output column */
  sbnn_tap_range* rows;   /* of each row class */
  sbnn_tap_range* columns;
  /* Of one band: */
  int32_t word_classes;
  uint16_t* word_class; /* of each word */
  int32_t* class_at;    /* first entry of each class in `kind_bits`, and end */
  sbnn_kind_bits* kind_bits;
} sbnn_conv2d_borders;

/* Finds the classes of rows and columns; without zero padding there is one. */
void sbnn_conv2d_find_borders(sbnn_conv2d_borders* borders,
                              const sbnn_conv2d_params* params,
                              const sbnn_conv2d_layout* layout,
                              sbnn_carver* carver);

/* Sorts the words of a band into classes. */
void sbnn_conv2d_sort_words(sbnn_conv2d_borders* borders,
                            const sbnn_conv2d_params* params, int32_t first,
                            int32_t words);

/* Most word classes that a band can have, and most entries of kind_bits. */
enum { SBNN_KINDS_IN_WORD = 32 };

#endif /* SBNN_CONV2D_BORDERS_H_ */
