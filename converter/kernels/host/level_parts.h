/* All host kernels for one level of instructions. The file that includes this
 * has selected the instructions, and defines
 *   SBNN_LEVEL     the level's name, part of the names of its functions
 *   SBNN_WIDEST    16, 32 or 64: bytes of the largest vector
 *   SBNN_TERNARY   1: AVX-512 (F, BW, DQ, VL)
 *   SBNN_POPCOUNT  1: bits of a word are counted by an instruction */
#define SBNN_JOIN_(a, b) a##_##b
#define SBNN_JOIN(a, b) SBNN_JOIN_(a, b)
#define SBNN_TEXT_(x) #x
#define SBNN_TEXT(x) SBNN_TEXT_(x)
#define SBNN_NAME_OF_LEVEL(x) SBNN_JOIN(x, SBNN_LEVEL)

typedef uint64_t sbnn_eight_words __attribute__((vector_size(64)));
typedef uint16_t sbnn_eight_halves __attribute__((vector_size(16)));

#define SBNN_NAME(x) SBNN_NAME_OF_LEVEL(x)
#include "conv2d_sources.h"
#include "output_numbers.h"
#include "dense_run.h"
#include "float_run.h"
#include "pool_run.h"
#include "quantize_run.h"
#undef SBNN_NAME

#define SBNN_VECTOR_BYTES 16
#define SBNN_NAME(x) SBNN_JOIN(x##_16, SBNN_LEVEL)
#include "level_width.h"
#undef SBNN_VECTOR_BYTES
#undef SBNN_NAME

#if SBNN_WIDEST >= 32
#define SBNN_VECTOR_BYTES 32
#define SBNN_NAME(x) SBNN_JOIN(x##_32, SBNN_LEVEL)
#include "level_width.h"
#undef SBNN_VECTOR_BYTES
#undef SBNN_NAME
#endif

#if SBNN_WIDEST >= 64
#define SBNN_VECTOR_BYTES 64
#define SBNN_NAME(x) SBNN_JOIN(x##_64, SBNN_LEVEL)
#include "level_width.h"
#undef SBNN_VECTOR_BYTES
#undef SBNN_NAME
#endif

static void SBNN_NAME_OF_LEVEL(conv2d)(const sbnn_host_conv2d* plan,
                                       const sbnn_host_conv2d_task* task,
                                       uint8_t* scratch, bool copied) {
#if SBNN_WIDEST >= 64
  if (plan->vector_bytes == 64) {
    SBNN_JOIN(conv2d_64, SBNN_LEVEL)(plan, task, scratch, copied);
    return;
  }
#endif
#if SBNN_WIDEST >= 32
  if (plan->vector_bytes == 32) {
    SBNN_JOIN(conv2d_32, SBNN_LEVEL)(plan, task, scratch, copied);
    return;
  }
#endif
  SBNN_JOIN(conv2d_16, SBNN_LEVEL)(plan, task, scratch, copied);
}

#define SBNN_KERNEL_OF_LEVEL(name, arguments) SBNN_NAME_OF_LEVEL(name),

const sbnn_host_level SBNN_JOIN(sbnn_host, SBNN_LEVEL) = {
    SBNN_TEXT(SBNN_LEVEL), SBNN_WIDEST,
    SBNN_HOST_KERNELS(SBNN_KERNEL_OF_LEVEL)};
