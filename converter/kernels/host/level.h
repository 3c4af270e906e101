/* The host kernels, compiled for several levels of instructions.
 *
 * Every level does the same arithmetic and gives the same bits; they differ in
 * the width of vectors and in what an instruction can do. `sbnn_host_level_named`
 * and `sbnn_host_best_level` choose among those that this processor has. */
#ifndef SBNN_HOST_LEVEL_H_
#define SBNN_HOST_LEVEL_H_

#include <stdbool.h>
#include <stdint.h>

#include "conv2d_plan.h"
#include "dense_plan.h"
#include "float_plan.h"
#include "sbnn/max_pool2d.h"

/* The kernels of a level, and what they take. */
#define SBNN_HOST_KERNELS(K)                                                      \
  /* `scratch` is aligned for vectors. `copied`: it still holds the copies that \
   * another task of the same band and samples left there. */ \
  K(conv2d, (const sbnn_host_conv2d* plan, const sbnn_host_conv2d_task* task,     \
             uint8_t* scratch, bool copied))                                      \
  /* One sample each. */                                                          \
  K(float_conv2d, (const sbnn_host_float_conv2d* plan, const void* x, void* y,    \
                   uint8_t* scratch))                                             \
  /* `other`: the stream to add to, or NULL. */                                   \
  K(dense_bits, (const sbnn_host_dense* plan, const void* x,                      \
                 const void* other, void* y, uint8_t* scratch))                   \
  K(dense_int8, (const sbnn_host_dense* plan, const void* x,                      \
                 const void* other, void* y, uint8_t* scratch))                   \
  K(dense_float, (const sbnn_host_dense* plan, const void* x,                     \
                  const void* other, void* y, uint8_t* scratch))                  \
  K(max_pool2d, (const sbnn_max_pool2d_params* params, int32_t planes,            \
                 const uint32_t* minimum, const void* x, void* y))                \
  /* From int8, int16 or float. */                                                \
  K(quantize, (const sbnn_output* output, int32_t positions, sbnn_face input,     \
               const void* x, void* y))                                           \
  K(dequantize_float, (int32_t channels, int32_t channel_bits,                    \
                       int32_t positions, const void* x, void* y))                \
  K(dequantize_int8,                                                              \
    (int32_t channels, int32_t channel_bits, int32_t positions, int8_t plus,      \
     int8_t minus, const void* x, void* y))

#define SBNN_HOST_POINTER(name, arguments) void(*name) arguments;

typedef struct {
  const char* name;
  int32_t widest; /* bytes of its largest vector */
  SBNN_HOST_KERNELS(SBNN_HOST_POINTER)
} sbnn_host_level;

/* The level with the widest vectors that this processor can run. */
const sbnn_host_level* sbnn_host_best_level(void);

/* The level called `name`: "baseline", "avx2" or "avx512". NULL if there is none
 * of this name, or none that this processor can run. */
const sbnn_host_level* sbnn_host_level_named(const char* name);

#if defined(__x86_64__)
extern const sbnn_host_level sbnn_host_avx2, sbnn_host_avx512;
#endif
extern const sbnn_host_level sbnn_host_baseline;

#endif /* SBNN_HOST_LEVEL_H_ */
