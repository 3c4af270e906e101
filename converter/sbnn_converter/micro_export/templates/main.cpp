// Runs the test vector of @name@ and compares with the expected outputs: a
// program to check a board with, and to copy from.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "@name@.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

alignas(16) uint8_t arena[@name@::kArenaBytes];

// Whole numbers are the same on every machine. Floats that TensorFlow Lite Micro's own
// ops compute may differ in their last bits.
bool Agree(const @name@::TestTensor& wanted, const uint8_t* at,
           const uint8_t* found) {
  if (!wanted.is_float) return std::memcmp(at, found, wanted.bytes) == 0;
  for (unsigned int i = 0; i < wanted.bytes; i += sizeof(float)) {
    float a, b;
    std::memcpy(&a, at + i, sizeof(a));
    std::memcpy(&b, found + i, sizeof(b));
    const float difference = a > b ? a - b : b - a;
    const float magnitude = a > 0.0f ? a : -a;
    if (!(difference <= 1e-4f * (1.0f + magnitude))) return false;
  }
  return true;
}

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
  if (interpreter.Invoke() != kTfLiteOk) return false;
  bool agrees = true;
  for (unsigned int i = 0; i < @name@::kOutputCount; ++i) {
    const @name@::TestTensor& output = @name@::kTestOutputs[i];
    agrees &= Agree(
        output,
        static_cast<const uint8_t*>(output.data) + sample * output.bytes,
        static_cast<const uint8_t*>(interpreter.output(i)->data.data));
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
  for (unsigned int i = 0; i < @name@::kTestSamples; ++i) {
    agrees &= RunSample(interpreter, i);
  }
  MicroPrintf("@name@: %s; %d of %d bytes of the arena in use",
              agrees ? "PASS" : "FAIL",
              static_cast<int>(interpreter.arena_used_bytes()),
              static_cast<int>(sizeof(arena)));
  return agrees ? 0 : 1;
}
