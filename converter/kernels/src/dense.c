/* Dense layers: picks the variant. */
#include "sbnn/dense.h"

#include "dense_variants.h"

size_t sbnn_dense_bits_scratch_bytes(const sbnn_dense_params* params,
                                     const sbnn_connections* kernel) {
  return kernel->code == SBNN_CODE_SLICED
             ? sbnn_dense_sliced_scratch_bytes(params, kernel)
             : sbnn_dense_streamed_scratch_bytes(params, kernel);
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
