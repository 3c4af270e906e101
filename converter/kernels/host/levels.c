#include <string.h>

#include "level.h"

static bool runs_here(const sbnn_host_level* level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == &sbnn_host_avx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  }
  if (level == &sbnn_host_avx512) {
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && runs_here(&sbnn_host_avx2);
  }
#endif
  return level == &sbnn_host_baseline;
}

/* Widest first. */
static const sbnn_host_level* const kLevels[] = {
#if defined(__x86_64__)
    &sbnn_host_avx512,
    &sbnn_host_avx2,
#endif
    &sbnn_host_baseline,
};
enum { LEVELS = (int)(sizeof(kLevels) / sizeof(kLevels[0])) };

const sbnn_host_level* sbnn_host_best_level(void) {
  int32_t i = 0;
  while (i < LEVELS - 1 && !runs_here(kLevels[i])) ++i;
  return kLevels[i];
}

const sbnn_host_level* sbnn_host_level_named(const char* name) {
  for (int32_t i = 0; i < LEVELS; ++i) {
    if (strcmp(name, kLevels[i]->name) == 0) {
      return runs_here(kLevels[i]) ? kLevels[i] : NULL;
    }
  }
  return NULL;
}
