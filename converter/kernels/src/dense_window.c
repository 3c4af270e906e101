#include "dense_window.h"

#include "bit_count.h"
#include "sbnn/planes.h"

int32_t sbnn_dense_window_part(const sbnn_dense_params* p, const uint32_t* x) {
  if (p->domain.alpha_steps == 0) return 0;
  const int32_t words = sbnn_plane_words(p->positions);
  const int32_t rest = p->positions % 32;
  int32_t ones = 0;
  for (int32_t plane = 0; plane < p->planes; ++plane) {
    for (int32_t w = 0; w < words; ++w) {
      uint32_t word = *x++;
      if (w == words - 1 && rest != 0) word &= 0xFFFFFFFFu >> (32 - rest);
      ones += sbnn_bit_count(word);
    }
  }
  return p->domain.alpha_steps * (2 * ones - p->planes * p->positions);
}
