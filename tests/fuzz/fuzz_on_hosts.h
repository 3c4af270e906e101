/* What fuzz_ops.c asks of a host, which takes a minute to compile with sanitizers:
 * fuzz_on_hosts.c, or fuzz_without_hosts.c, which asks nothing. */
#ifndef SBNN_TESTS_FUZZ_ON_HOSTS_H_
#define SBNN_TESTS_FUZZ_ON_HOSTS_H_

#include <stddef.h>
#include <stdint.h>

#include "ops/op.h"

/* Ends the process if a host's answers to `x` and `other` are not the `bytes` at `y`. */
void fuzz_on_hosts(const sbnn_op* op, const uint8_t* x, const uint8_t* other,
                   const uint8_t* y, size_t bytes);

#endif /* SBNN_TESTS_FUZZ_ON_HOSTS_H_ */
