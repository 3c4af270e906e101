// Shows an exported model to the tflite-micro wheel, which looks up by name the function
// that adds ops to its own resolver.
#include <cstdarg>
#include <cstdio>

#include MODEL_HEADER

#define JOIN(a, b) a##b
#define NAME(model, what) JOIN(model, what)
#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT bool NAME(MODEL,
                 _register)(tflite::MicroMutableOpResolver<200>* resolver) {
  return MODEL::AddOps(*resolver) == kTfLiteOk;
}

EXPORT const unsigned char* NAME(MODEL, _model)() { return MODEL::kModel; }

extern "C" {
__attribute__((visibility("default"))) extern const unsigned int NAME(
    MODEL, _model_bytes) = MODEL::kModelBytes;
__attribute__((visibility("default"))) extern const unsigned int NAME(
    MODEL, _arena_bytes) = MODEL::kArenaBytes;
}

void MicroPrintf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fputc('\n', stderr);
}
