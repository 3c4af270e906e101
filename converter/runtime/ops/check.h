/* Checks that the ops' `prepare` functions share. Each returns false and fills
 * in `problem` if the file does not hold what it has to. */
#ifndef SBNN_OPS_CHECK_H_
#define SBNN_OPS_CHECK_H_

#include "ops/op.h"

/* Leaves `prepare` with a problem unless `condition` holds. */
#define SBNN_CHECK(condition, text, found_value, wanted_value) \
  do {                                                         \
    if (!(condition)) {                                        \
      problem->what = (text);                                  \
      problem->found = (found_value);                          \
      problem->wanted = (wanted_value);                        \
      return false;                                            \
    }                                                          \
  } while (0)

/* Multiplies `factor` onto `*product`; a result over INT32_MAX is a problem. */
bool sbnn_multiply(int32_t* product, int32_t factor, sbnn_problem* problem);

/* Elements of one sample: all dimensions but the first, multiplied. */
bool sbnn_elements_of_sample(const sbnn_tensor* tensor, int32_t* elements,
                             sbnn_problem* problem);

/* The same in bytes. */
bool sbnn_bytes_of_sample(const sbnn_tensor* tensor, int32_t* bytes,
                          sbnn_problem* problem);

/* A constant tensor of `elements` elements of type `type`. */
bool sbnn_check_constant(const sbnn_tensor* tensor, sbnn_type type,
                         int32_t elements, sbnn_problem* problem);

/* The same of whole numbers, of the type that the file holds them in. */
bool sbnn_read_integers(const sbnn_tensor* tensor, int32_t elements,
                        sbnn_integers* integers, sbnn_problem* problem);

#endif /* SBNN_OPS_CHECK_H_ */
