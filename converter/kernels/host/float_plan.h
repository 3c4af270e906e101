/* Layers on float input, worked out ahead: connections decoded once.
 *
 * A convolution's input is written out with its padding, one plane a channel and
 * residue of the strides, so that each tap of each output row reads a run of
 * neighbouring floats. Sums are float32 in the order of the connections, as those
 * of the plain kernel: inside the image x - pad_value is added and the padding's
 * share of all connections at the end, so that 0 stands outside. To subtract is to
 * add the negated plane. */
#ifndef SBNN_HOST_FLOAT_PLAN_H_
#define SBNN_HOST_FLOAT_PLAN_H_

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "sbnn/connections.h"
#include "sbnn/conv2d.h"
#include "sbnn/output.h"

/* Neighbouring positions that are summed at a time. */
enum { SBNN_HOST_FLOAT_RUN = 32 };

typedef struct {
  sbnn_conv2d_params params;
  sbnn_output output;
  int32_t taps, group_in, group_out;
  int32_t row_floats; /* of a padded row */
  int32_t rows;       /* of a plane, for one residue */
  int32_t channel_floats;
  uint32_t* tap_at;
  uint32_t* offsets;        /* of all channels' connections */
  int32_t* first;           /* of each output channel, and the end */
  uint32_t* window_offsets; /* all taps of group 0 */
  bool is_signed;           /* negated planes stand behind the others */
  int32_t* balances; /* of each channel: what is added less what is not */
  size_t scratch_bytes;
} sbnn_host_float_conv2d;

/* False: out of memory, or offsets do not fit. */
bool sbnn_host_plan_float_conv2d(sbnn_host_float_conv2d* plan,
                                 const sbnn_conv2d_params* params,
                                 const sbnn_connections* kernel,
                                 const sbnn_output* output,
                                 const sbnn_host_memory* memory);

#endif /* SBNN_HOST_FLOAT_PLAN_H_ */
