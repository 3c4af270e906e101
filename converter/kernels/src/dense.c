/* Dense layers: picks the variant, and what the variants share. */
#include "sbnn/dense.h"

#include "bit_count.h"
#include "dense_variants.h"
#include "sbnn/planes.h"

size_t sbnn_dense_bits_scratch_bytes(const sbnn_dense_params* params,
                                     const sbnn_connections* kernel) {
  return kernel->code == SBNN_CODE_SLICED
             ? sbnn_dense_sliced_scratch_bytes(params)
             : sbnn_dense_streamed_scratch_bytes(params);
}

void sbnn_dense_bits(const sbnn_dense_params* params,
                     const sbnn_connections* kernel, const sbnn_output* output,
                     const uint32_t* x, void* y, void* scratch) {
  if (kernel->code == SBNN_CODE_SLICED) {
    sbnn_dense_sliced(params, kernel, output, x, y, scratch);
  } else {
    sbnn_dense_streamed(params, kernel, output, x, y, scratch);
  }
}

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
