// Runs the test vector of the network @name@ again and again: whether all outputs are as
// expected, how long a sample takes, and how much stack.
#include <@name@.h>
#include <@name@_test_vector.h>

@stack@
static uint64_t work[@upper_name@_WORK_BYTES / 8];

void setup() { Serial.begin(115200); }

void loop() {
  delay(1000);
  paint_stack();
  const unsigned long start = micros();
  const int different = @name@_self_test(work);
  const unsigned long taken = micros() - start;
  const unsigned long stack = stack_used();
  Serial.print(different == 0 ? "@name@: PASS, " : "@name@: FAIL, ");
  Serial.print(taken / @upper_name@_TEST_SAMPLES);
  Serial.print(" microseconds a sample, ");
  Serial.print(stack);
  Serial.println(" bytes of stack");
}
