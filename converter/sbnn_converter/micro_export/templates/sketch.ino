// Runs the first sample of the test vector of @name@ again and again.
#include <TensorFlowLite.h>

#include <@name@.h>
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

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

void loop() {
  delay(1000);
  if (interpreter == nullptr) {
    Serial.println("@name@ could not start");
    return;
  }
@reset_sketch@  for (unsigned int i = 0; i < @name@::kInputCount; ++i) {
    memcpy(interpreter->input(i)->data.data, @name@::kTestInputs[i].data,
           @name@::kTestInputs[i].bytes);
  }
  const unsigned long start = micros();
  interpreter->Invoke();
  const unsigned long end = micros();
  Serial.print("@name@ took ");
  Serial.print(end - start);
  Serial.println(" microseconds");
}
