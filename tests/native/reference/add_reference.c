#include "reference.h"

/* What number n stands for in a stream of so many planes. */
static int64_t steps(int64_t n, int32_t planes) {
  return n - ((int64_t)1 << (planes - 1));
}

void reference_add_planes(const sbnn_add_params* p, int32_t planes,
                          int32_t out_planes, int32_t positions,
                          const uint32_t* x, const uint32_t* other,
                          uint32_t* y) {
  const int32_t words = reference_words(positions);
  const int64_t half = (int64_t)1 << (out_planes - 1);
  for (int32_t i = 0; i < p->channels * out_planes * words; ++i) y[i] = 0u;
  for (int32_t c = 0; c < p->channels; ++c) {
    for (int32_t at = 0; at < positions; ++at) {
      int64_t sum =
          steps(reference_number(x, words, c * planes, planes, at), planes) +
          steps(reference_number(other, words, c * p->other_planes,
                                 p->other_planes, at),
                p->other_planes);
      if (sum < -half) sum = -half;
      if (sum > half - 1) sum = half - 1;
      reference_put_number(y, words, c * out_planes, out_planes, at,
                           sum + half);
    }
  }
}
