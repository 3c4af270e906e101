/* The parts that a convolution's plan is made of, in the order in which they are
 * made; a file each. Only conv2d_plan.c calls them. */
#ifndef SBNN_HOST_CONV2D_PLAN_PARTS_H_
#define SBNN_HOST_CONV2D_PLAN_PARTS_H_

#include "../src/conv2d_borders.h"
#include "conv2d_plan.h"

static inline int32_t sbnn_host_planes(const sbnn_host_conv2d* plan) {
  return plan->params.in_channels * plan->levels;
}

/* conv2d_plan_copies.c: bands, streams and copies; which of their bits lie inside
 * the image; how much of the input a band reads. */
bool sbnn_host_lay_out(sbnn_host_conv2d* plan, const sbnn_host_memory* memory);
bool sbnn_host_find_inside(sbnn_host_conv2d* plan,
                           const sbnn_host_memory* memory);
void sbnn_host_plan_source(sbnn_host_conv2d* plan);

/* What all channels share while their constants are made. */
typedef struct {
  sbnn_host_conv2d* plan;
  sbnn_conv2d_borders borders;
  uint16_t* class_kinds; /* of each class, a kind for each bit */
  int32_t kinds;
  int64_t* values;     /* of each kind */
  int32_t* inside;     /* sums of tap_counts inside the image, of each kind */
  int32_t* tap_counts; /* connections of each tap, less those that subtract */
} sbnn_host_making;

/* conv2d_plan_kinds.c: sorts the vectors of a plane by the kinds of their bits. */
bool sbnn_host_sort_words(sbnn_host_making* m, const sbnn_host_memory* memory);

/* For each kind the sum of tap_counts over the taps inside the image. */
void sbnn_host_sum_inside(sbnn_host_making* m);

/* Bit-slices the values of the kinds for each class of words. */
void sbnn_host_slice_values(const sbnn_host_making* m, int32_t slices,
                            uint8_t* to);

/* conv2d_plan_starts.c: the sum of the whole window, times alpha_steps. */
bool sbnn_host_plan_window(sbnn_host_making* m, const sbnn_host_memory* memory);

/* What the counters of a channel start from, as values of the kinds, given
 * `inside` of its tap_counts. */
void sbnn_host_find_starts(sbnn_host_making* m, sbnn_host_channel* channel);

/* The distances of a channel's cuts from the middle one, where there are several. */
void sbnn_host_find_distances(const sbnn_host_conv2d* plan,
                              const sbnn_host_channel* channel);

/* conv2d_plan_channels.c: for each channel the offsets of its copies and what its
 * counters start from, in the order in which channels are taken. */
bool sbnn_host_plan_channels(sbnn_host_making* m,
                             const sbnn_connections* kernel,
                             const sbnn_host_memory* memory);

#endif /* SBNN_HOST_CONV2D_PLAN_PARTS_H_ */
