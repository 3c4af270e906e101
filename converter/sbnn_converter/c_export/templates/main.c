/* Runs the test vector of the network @name@ and tells whether all outputs are as
 * expected, how long it takes, and how much stack: a program to check a board with, and
 * to copy from. Its console is printf's. */
#include <stdint.h>
#include <stdio.h>

#include "@name@.h"
#include "@name@_test_vector.h"

/* A counter of your board, such as DWT->CYCCNT: define TICKS() to have it read. */
#ifndef TICKS
#include <time.h>
#define TICKS() ((uint32_t)clock())
#endif

@stack@
static uint64_t work[@upper_name@_WORK_BYTES / 8];

int main(void) {
  paint_stack();
  const uint32_t start = TICKS();
  const int different = @name@_self_test(work);
  const uint32_t ticks = TICKS() - start;
  const unsigned long stack = stack_used();
  printf("@name@: %s; %d of %d samples differ; %lu ticks a sample, %lu bytes of stack\n",
         different == 0 ? "PASS" : "FAIL", different, @upper_name@_TEST_SAMPLES,
         (unsigned long)(ticks / @upper_name@_TEST_SAMPLES), stack);
  return different != 0;
}
