/* Samples for the network @name@ and what it has to answer: what TensorFlow Lite Micro
 * answered on a host. */
#ifndef @upper_name@_TEST_VECTOR_H_
#define @upper_name@_TEST_VECTOR_H_

#include "@name@.h"

#define @upper_name@_TEST_SAMPLES @samples@

#ifdef __cplusplus
extern "C" {
#endif

@declarations@

/* Runs all samples in `work`, memory as for @name@_invoke_in. Returns how many have
 * other outputs than expected, so 0 is a pass; -1 if `work` will not do. */
int @name@_self_test(void* work);

#ifdef __cplusplus
}
#endif

#endif /* @upper_name@_TEST_VECTOR_H_ */
