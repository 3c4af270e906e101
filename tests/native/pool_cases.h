/* Random windows of poolings. */
#ifndef SBNN_TESTS_POOL_CASES_H_
#define SBNN_TESTS_POOL_CASES_H_

#include <stdint.h>

#include "sbnn/max_pool2d.h"
#include "support.h"

/* An image, windows of any size and place on it, or whole 2x2 windows side by side. */
static inline sbnn_max_pool2d_params random_pool(int32_t channels) {
  sbnn_max_pool2d_params p;
  p.channels = channels;
  p.in_height = random_in(1, 20);
  p.in_width = PICK(1, 2, 7, 8, 14, 16, 28, 32, 33, 64, 70);
  p.pool_height = PICK(1, 2, 2, 3, 5);
  p.pool_width = PICK(1, 2, 2, 3, 5, 32, 33, 40, 70);
  p.stride_height = PICK(1, 2, 2, 3);
  p.stride_width = PICK(1, 2, 2, 3, 33);
  p.pad_top = random_in(0, p.pool_height - 1);
  p.pad_left = random_in(0, p.pool_width - 1);
  p.out_height = (p.in_height + p.pad_top) / p.stride_height + 1;
  p.out_width = (p.in_width + p.pad_left) / p.stride_width + 1;
  if (PICK(0, 0, 1) == 1) {
    p.in_height = random_in(2, 40);
    p.in_width = PICK(4, 8, 16, 32, 64);
    p.pool_height = p.pool_width = p.stride_height = p.stride_width = 2;
    p.pad_top = p.pad_left = 0;
    p.out_height = p.in_height / 2;
    p.out_width = p.in_width / 2;
  }
  return p;
}

#endif /* SBNN_TESTS_POOL_CASES_H_ */
