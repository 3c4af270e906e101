/* A convolution of planes, worked out ahead for a host.
 *
 * The idea is that of the microcontroller's kernel (src/conv2d_bits.c): copies of
 * the input planes, moved so that each tap reads whole words, are added up in
 * carry-save order. Here memory is plentiful and words are vectors, so that
 *
 *   - connections are decoded once, into byte offsets of copies;
 *   - what the counters start from is bit-sliced once, for each channel and class
 *     of words (src/conv2d_borders.h tells of kinds of positions);
 *   - vectors are loaded from any byte: copies are shared by all tap rows that
 *     read the same number of bits modulo 8, not modulo 32;
 *   - channels that are written as bits are taken in the order of their number of
 *     connections: then the processor foresees the branches of the sums.
 *
 * int8 input is bit-sliced first: a pixel plus 128 is eight planes, and a
 * connection adds a number of eight slices instead of one. A padded pixel is the
 * zero point, so that padding needs no kinds. Activations of several bits are as
 * many planes a channel: the list of connections is added once for each of them,
 * plane i from slice i on.
 *
 * Of a signed kernel, what subtracts stands in front. s - x is ~(~s + x): counters are
 * inverted, added to and inverted again, and then the rest is added.
 *
 * Where a plane is no longer than 64 bits and the batch is larger than 1, samples
 * lie side by side in a vector; in a batch of 1, both planes of channels of two bits,
 * which are counted at once. Then each tap has a copy of its own.
 *
 * A plan is constant once it is made; several threads may run it at a time. */
#ifndef SBNN_HOST_CONV2D_PLAN_H_
#define SBNN_HOST_CONV2D_PLAN_H_

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"
#include "sbnn/connections.h"
#include "sbnn/conv2d.h"
#include "sbnn/output.h"

/* Loads may reach this many bytes beyond what they want. */
enum { SBNN_HOST_SLACK = 64 };
/* More slices than any sum has, with room for whole groups of eight. */
enum { SBNN_HOST_MAX_SLICES = 48 };
/* Planes of a pixel of int8. */
enum { SBNN_HOST_PIXEL_SLICES = 8 };
/* Channels whose sums are written together, as numbers. */
enum { SBNN_HOST_CHANNEL_BLOCK = 8 };

/* The input with the output's pitch: bit r * out_width + ox of a stream is the
 * input at row r * stride + rho - pad_top, column ox * stride + column. */
typedef struct {
  int32_t rho, column;
} sbnn_host_stream;

/* `bytes` bytes of a stream from bit `start` on (of those of a band). */
typedef struct {
  int32_t stream;
  int32_t start;
  int32_t bytes;
  int32_t at;    /* in the copies of its plane */
  uint8_t* keep; /* bits that lie inside the image, for all bands */
} sbnn_host_copy;

/* What the sum of an output channel needs. */
typedef struct {
  int32_t channel;
  int32_t count;        /* connections */
  int32_t negatives;    /* of them, in front: those that subtract */
  int32_t first;        /* of them in `offsets` */
  int32_t slices;       /* of the counters */
  int32_t start_slices; /* of each constant in `starts` */
  int64_t start_at;     /* in `starts`, in vectors */
} sbnn_host_channel;

typedef struct {
  sbnn_conv2d_params params;
  sbnn_output output;
  bool pixels;    /* the input is int8 */
  int32_t levels; /* planes of an input channel */
  int32_t weight; /* of all of them: 2^levels - 1 */
  bool one_cut;   /* all that is asked is whether sums reach a threshold */
  int32_t vector_bytes;
  int32_t samples;    /* side by side in a vector: more than 1 only where */
  int32_t lane_bytes; /* a plane is at most 8 bytes; these are of one sample */
  int32_t together;   /* planes of a channel side by side in a vector: 1 or 2 */
  int32_t out_words;  /* 32-bit words of an output plane */
  int32_t in_words;
  int32_t positions;
  int32_t words; /* vectors of an output plane */
  int32_t band_words, bands;
  int32_t taps, group_in, group_out;
  bool same_pitch; /* streams are the input plane, moved */
  bool whole_window;

  int32_t streams_count;
  sbnn_host_stream* streams;
  int32_t copies_count;
  sbnn_host_copy* copies;
  int32_t plane_bytes; /* of all copies of a plane */
  uint32_t* tap_at;    /* byte offset of each tap in its plane's copies */

  sbnn_host_channel* channels;
  uint32_t* offsets;
  int32_t* distances; /* several cuts: of each channel's from its middle one */
  uint16_t* word_class; /* of each vector of a plane */
  int32_t word_classes;
  uint8_t* starts; /* vectors */

  /* The sum over the whole window, times alpha_steps. */
  uint32_t* window_offsets; /* all taps and planes of group 0 */
  int32_t window_count;
  int32_t window_sum_slices, window_slices;
  uint8_t* window_starts; /* of each word class, vectors */

  /* Scratch of one thread, in bytes from its beginning. */
  int32_t source_bytes; /* of a plane of the input, with guards */
  int32_t
      source_guard; /* bytes in front of the band's first, a multiple of 8 */
  int32_t stream_bytes;
  size_t source_at, stream_at, copies_at, window_at, numbers_at;
  size_t scratch_bytes;
  int64_t work; /* additions of vectors for a sample, about */
} sbnn_host_conv2d;

/* Whether vectors have lanes, each of which ends for itself. */
static inline bool sbnn_host_has_lanes(const sbnn_host_conv2d* plan) {
  return plan->samples > 1 || plan->together > 1;
}

/* Of all copies of an input channel. */
static inline int32_t sbnn_host_channel_bytes(const sbnn_host_conv2d* plan) {
  return plan->plane_bytes * (plan->levels / plan->together);
}

/* A piece of the work: some output channels in one band of positions, for one
 * sample, or for the samples that share a vector. */
typedef struct {
  int32_t band;
  int32_t begin, end; /* of plan->channels */
  int32_t samples;
  const void* x;     /* of the first sample */
  const void* other; /* the stream to add to, or NULL; samples lie as in y */
  void* y;
  int64_t x_bytes, y_bytes; /* from one sample to the next */
} sbnn_host_conv2d_task;

/* Makes the plan of a checked op. `widest` is the most bytes of a vector; a batch
 * of another size needs a plan of its own. False: out of memory, or a layer so large
 * that offsets do not fit; the plain kernel then remains. */
bool sbnn_host_plan_conv2d(sbnn_host_conv2d* plan,
                           const sbnn_conv2d_params* params,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, sbnn_face input,
                           int32_t batch, int32_t widest,
                           const sbnn_host_memory* memory);

/* The first byte of an input plane that the band of vectors from `first` on has
 * in its source; may be negative. A multiple of 8. */
int64_t sbnn_host_source_base(const sbnn_host_conv2d* plan, int32_t first);

#endif /* SBNN_HOST_CONV2D_PLAN_H_ */
