// TensorFlow Lite Micro's log on an emulated board, in the place of the library's own.
#include <cstdarg>
#include <cstddef>
#include <cstdio>

extern "C" {
#include "startup.h"

#ifdef DEBUG_LOG_TAKES_ARGUMENTS
void DebugLog(const char* format, va_list arguments) {
  char line[256];
  std::vsnprintf(line, sizeof(line), format, arguments);
  bench_print(line);
}

int DebugVsnprintf(char* buffer, size_t size, const char* format,
                   va_list arguments) {
  return std::vsnprintf(buffer, size, format, arguments);
}
#else  // trees from before 2024
void DebugLog(const char* text) { bench_print(text); }
#endif

// The example's main with its stack measured around it (-Wl,--wrap=main).
int __real_main();
int __wrap_main() {
  bench_paint_stack();
  const int status = __real_main();
  bench_report("stack", bench_stack_used());
  return status;
}
}
