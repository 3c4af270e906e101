/* Random shapes of convolutions. */
#ifndef SBNN_TESTS_CONV2D_CASES_H_
#define SBNN_TESTS_CONV2D_CASES_H_

#include <stdbool.h>
#include <stdint.h>

#include "sbnn/conv2d.h"
#include "sbnn/domain.h"
#include "support.h"

/* One axis: the sizes of "same", "valid" or free padding. False: no output. */
static inline bool random_axis(int32_t in, int32_t* kernel, int32_t* stride,
                               int32_t* dilation, int32_t* pad, int32_t* out) {
  *kernel = PICK(1, 2, 3, 3, 3, 3, 4, 5, 7);
  *stride = PICK(1, 1, 1, 1, 2, 2, 3);
  *dilation = PICK(1, 1, 1, 1, 2, 3);
  const int32_t span = (*kernel - 1) * *dilation + 1;
  switch (random_in(0, 3)) {
    case 0: /* valid */
      *pad = 0;
      *out = (in - span) / *stride + 1;
      return in >= span;
    case 1: /* more padding than any framework asks for */
      *pad = random_in(0, span + 3);
      *out = (in + 2 * *pad - span) / *stride + 1;
      return in + 2 * *pad >= span;
    default: { /* same */
      *out = (in + *stride - 1) / *stride;
      const int32_t total = (*out - 1) * *stride + span - in;
      *pad = total > 0 ? total / 2 : 0;
      return true;
    }
  }
}

/* One axis of a usual layer: "same" with a window of 3 and whole steps, or stride 2 on an
 * even size with any padding that gives half of it. */
static inline void usual_axis(int32_t in, int32_t stride, int32_t* kernel,
                              int32_t* dilation, int32_t* pad, int32_t* out) {
  *dilation = 1;
  *kernel = stride == 1 ? 3 : PICK(1, 2, 3, 3, 5);
  *pad = stride == 1 ? 1 : random_in(0, *kernel - 1);
  *out = in / stride;
}

/* Shapes that kernels have ways of their own for. */
static inline void usual_shape(sbnn_conv2d_params* p) {
  const int32_t stride = PICK(1, 1, 2);
  p->stride_height = p->stride_width = stride;
  p->in_width = stride * PICK(4, 8, 8, 16, 16, 32);
  p->in_height = stride * PICK(2, 4, 6, 8, 16, 17);
  usual_axis(p->in_height, stride, &p->kernel_height, &p->dilation_height,
             &p->pad_top, &p->out_height);
  usual_axis(p->in_width, stride, &p->kernel_width, &p->dilation_width,
             &p->pad_left, &p->out_width);
}

/* Weights {0, 1}, -1 and +1, or general ones. */
static inline void random_domain(sbnn_domain* domain) {
  switch (random_in(0, 4)) {
    case 0:
      domain->alpha_steps = -1;
      domain->shift = 1;
      break;
    case 1:
      domain->alpha_steps = random_in(-40, 40);
      domain->shift = 6;
      break;
    case 2: domain->shift = random_in(0, 2); break;
    default: break;
  }
}

#endif /* SBNN_TESTS_CONV2D_CASES_H_ */
