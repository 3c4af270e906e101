#include "dense_window.h"

#include "bit_count.h"
#include "sbnn/planes.h"

int32_t sbnn_dense_window_part(const sbnn_dense_params* p, const uint32_t* x) {
  if (p->domain.alpha_steps == 0) return 0;
  const int32_t words = sbnn_plane_words(p->positions);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  const int32_t rest = p->positions % 32;
  int32_t ones = 0; /* those of plane i of a channel count 2^i */
  for (int32_t plane = 0; plane < p->planes * levels; ++plane) {
    for (int32_t w = 0; w < words; ++w) {
      uint32_t word = *x++;
      if (w == words - 1 && rest != 0) word &= 0xFFFFFFFFu >> (32 - rest);
      ones += sbnn_bit_count(word) << plane % levels;
    }
  }
  const int32_t most = ((1 << levels) - 1) * p->planes * p->positions;
  return p->domain.alpha_steps * (2 * ones - most);
}
