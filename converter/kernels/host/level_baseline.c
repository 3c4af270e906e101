/* The host kernels with the instructions that every processor of the kind has:
 * 128-bit vectors, which are SSE2 on x86-64 and NEON on 64-bit ARM. */
#include "level_includes.h"

#define SBNN_LEVEL baseline
#define SBNN_WIDEST 16
#define SBNN_TERNARY 0
#if defined(__aarch64__)
#define SBNN_POPCOUNT 1
#else
#define SBNN_POPCOUNT 0
#endif
#include "level_parts.h"
