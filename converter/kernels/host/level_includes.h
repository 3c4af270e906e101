/* What the kernels of every level need, in front of any choice of instructions. */
#ifndef SBNN_HOST_LEVEL_INCLUDES_H_
#define SBNN_HOST_LEVEL_INCLUDES_H_

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "../src/inline.h"
#include "../src/scaled.h"
#include "../src/stream_sums.h"
#include "level.h"
#include "sbnn/planes.h"

#endif /* SBNN_HOST_LEVEL_INCLUDES_H_ */
