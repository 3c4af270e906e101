// Runs the test vector of @name@ again and again: whether all outputs are as expected, how
// long a sample takes, and how much stack.
#include <TensorFlowLite.h>

#include <@name@.h>
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

@stack@
alignas(16) static uint8_t arena[@name@::kArenaBytes];
static tflite::MicroInterpreter* interpreter;

void setup() {
  Serial.begin(115200);
  static @name@::OpResolver resolver;
  if (@name@::AddOps(resolver) != kTfLiteOk) return;
  static tflite::MicroInterpreter instance(
      tflite::GetModel(@name@::kModel), resolver, arena, sizeof(arena));
  if (instance.AllocateTensors() != kTfLiteOk) return;
  interpreter = &instance;
}

static bool runSample(unsigned int sample) {
@reset_sketch@  for (unsigned int i = 0; i < @name@::kInputCount; ++i) {
    const @name@::TestTensor& input = @name@::kTestInputs[i];
    memcpy(interpreter->input(i)->data.data,
           static_cast<const uint8_t*>(input.data) + sample * input.bytes,
           input.bytes);
  }
  if (interpreter->Invoke() != kTfLiteOk) return false;
  bool agrees = true;
  for (unsigned int i = 0; i < @name@::kOutputCount; ++i) {
    agrees &= @name@::AsExpected(i, sample, interpreter->output(i)->data.data);
  }
  return agrees;
}

void loop() {
  delay(1000);
  if (interpreter == nullptr) {
    Serial.println("@name@ could not start");
    return;
  }
  bool agrees = true;
  paint_stack();
  const unsigned long start = micros();
  for (unsigned int i = 0; i < @name@::kTestSamples; ++i) agrees &= runSample(i);
  const unsigned long taken = micros() - start;
  const unsigned long stack = stack_used();
  Serial.print(agrees ? "@name@: PASS, " : "@name@: FAIL, ");
  Serial.print(taken / @name@::kTestSamples);
  Serial.print(" microseconds a sample, ");
  Serial.print(stack);
  Serial.println(" bytes of stack");
}
