// All of @name@: the model, its ops, and a test vector. See README.md.
#ifndef @upper_name@_H_
#define @upper_name@_H_

#include "@name@/model.h"
#include "@name@/ops.h"
#include "@name@/test_vector.h"

#endif  // @upper_name@_H_
