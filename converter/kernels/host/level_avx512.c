/* The host kernels for x86-64 with AVX-512 F, BW, DQ and VL (x86-64-v4). */
#if defined(__x86_64__)
#include "level_includes.h"

#if defined(__clang__)
#pragma clang attribute push(                                           \
    __attribute__((                                                     \
        target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")
#endif

#define SBNN_LEVEL avx512
#define SBNN_WIDEST 64
#define SBNN_TERNARY 1
#define SBNN_POPCOUNT 1
#include "level_parts.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
typedef int sbnn_not_x86; /* a file must not be empty */
#endif
