#include "@name@_test_vector.h"

#include <stddef.h>
#include <string.h>

@arrays@

@helpers@
int @name@_self_test(void* work) {
@buffers@
  int different = 0;
  for (int sample = 0; sample < @upper_name@_TEST_SAMPLES; ++sample) {
    const int status = @name@_invoke_in(@arguments@);
    if (status != 0) return status;
    if (@compared@) {
      ++different;
    }
  }
  return different;
}
