/* An accepted op at each level of a host's instructions. */
#include "fuzz_on_hosts.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/host_op.h"

/* Alike to the bit, but for the sign and the payload of what is no number: which of two
 * such an addition hands on is the compiler's choice. */
static bool is_alike(const uint8_t* a, const uint8_t* b, size_t bytes,
                     bool is_float) {
  if (!is_float) return memcmp(a, b, bytes) == 0;
  for (size_t i = 0; i < bytes; i += sizeof(float)) {
    float one, other;
    memcpy(&one, a + i, sizeof(float));
    memcpy(&other, b + i, sizeof(float));
    if (memcmp(a + i, b + i, sizeof(float)) != 0 &&
        !(isnan(one) && isnan(other))) {
      return false;
    }
  }
  return true;
}

/* The host's answers, at all levels that this processor has, are those in `y`. */
void fuzz_on_hosts(const sbnn_op* op, const uint8_t* x, const uint8_t* other,
                   const uint8_t* y, size_t bytes) {
  static const char* const kLevels[] = {"baseline", "avx2", "avx512"};
  static sbnn_host* hosts[sizeof(kLevels) / sizeof(kLevels[0])];
  for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); ++i) {
    if (hosts[i] == NULL) hosts[i] = sbnn_open_host(kLevels[i]);
    if (hosts[i] == NULL) continue;
    uint8_t* found = (uint8_t*)malloc(bytes);
    sbnn_host_op* made = sbnn_make_host_op(hosts[i], op);
    if (found == NULL || made == NULL) exit(3);
    sbnn_run_host_op(made, x, other, found);
    if (!is_alike(found, y, bytes,
                  op->output.face.kind == SBNN_FLOAT_NUMBERS)) {
      fprintf(stderr, "%s differs at level %s\n", op->kind->name, kLevels[i]);
      abort();
    }
    sbnn_free_host_op(made);
    free(found);
  }
}
