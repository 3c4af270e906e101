// Runs the test vector of @name@ and tells whether all outputs are as expected, how many
// ticks it takes, and how much stack: a program to check a board with, and to copy from.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "@name@.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_time.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

@stack@
alignas(16) uint8_t arena[@name@::kArenaBytes];
uint32_t ticks;

template <typename Element>
int Largest(const TfLiteTensor* tensor) {
  const Element* values = static_cast<const Element*>(tensor->data.data);
  const unsigned int count =
      static_cast<unsigned int>(tensor->bytes / sizeof(Element));
  unsigned int best = 0;
  for (unsigned int i = 1; i < count; ++i) {
    if (values[i] > values[best]) best = i;
  }
  return static_cast<int>(best);
}

// The place of the largest element: the answer of a classifier.
int Answer(const TfLiteTensor* output) {
  switch (output->type) {
    case kTfLiteFloat32:
      return Largest<float>(output);
    case kTfLiteInt8:
      return Largest<int8_t>(output);
    case kTfLiteUInt8:
      return Largest<uint8_t>(output);
    default:
      return -1;
  }
}

bool RunSample(tflite::MicroInterpreter& interpreter, unsigned int sample) {
@reset_main@  for (unsigned int i = 0; i < @name@::kInputCount; ++i) {
    const @name@::TestTensor& input = @name@::kTestInputs[i];
    std::memcpy(interpreter.input(i)->data.data,
                static_cast<const uint8_t*>(input.data) + sample * input.bytes,
                input.bytes);
  }
  const uint32_t start = tflite::GetCurrentTimeTicks();
  if (interpreter.Invoke() != kTfLiteOk) return false;
  ticks += tflite::GetCurrentTimeTicks() - start;
  bool agrees = true;
  for (unsigned int i = 0; i < @name@::kOutputCount; ++i) {
    agrees &= @name@::AsExpected(i, sample, interpreter.output(i)->data.data);
  }
  MicroPrintf("sample %d: the answer is %d, %s", static_cast<int>(sample),
              Answer(interpreter.output(0)),
              agrees ? "outputs as expected" : "outputs DIFFER");
  return agrees;
}

}  // namespace

int main() {
  tflite::InitializeTarget();
  @name@::OpResolver resolver;
  if (@name@::AddOps(resolver) != kTfLiteOk) return 1;
  tflite::MicroInterpreter interpreter(tflite::GetModel(@name@::kModel),
                                       resolver, arena, sizeof(arena));
  if (interpreter.AllocateTensors() != kTfLiteOk) return 1;
  bool agrees = true;
  paint_stack();
  for (unsigned int i = 0; i < @name@::kTestSamples; ++i) {
    agrees &= RunSample(interpreter, i);
  }
  const unsigned long stack = stack_used();
  MicroPrintf("@name@: %s; %d of %d bytes of the arena in use; %d ticks a "
              "sample, %d bytes of stack",
              agrees ? "PASS" : "FAIL",
              static_cast<int>(interpreter.arena_used_bytes()),
              static_cast<int>(sizeof(arena)),
              static_cast<int>(ticks / @name@::kTestSamples),
              static_cast<int>(stack));
  return agrees ? 0 : 1;
}
