// One op of the exported folder on a node whose user data stands in a given slot, as in
// an interpreter built with TF_LITE_STATIC_MEMORY (slot 3) or without (slot 4), or with
// an arena that is full. Prints what the op says when it is prepared.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "micro/sbnn_ops.h"

void MicroPrintf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
}

namespace {

alignas(16) unsigned char arena[1024];
bool full;

void* Allocate(TfLiteContext*, size_t) { return full ? nullptr : arena; }

}  // namespace

int main(int, char** arguments) {
  full = std::atoi(arguments[2]) != 0;
  TfLiteContext context = {};
  context.AllocatePersistentBuffer = Allocate;
  TfLiteIntArray none = {0, {0}};
  void* node[8] = {&none, &none};
  sbnn::Registration op = sbnn::RegisterDense();
  node[std::atoi(arguments[1])] = op.init(&context, nullptr, 0);
  return op.prepare(&context, reinterpret_cast<TfLiteNode*>(node));
}
