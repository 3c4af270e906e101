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

/* Reads option `name`, which must lie in [low, high]. */
bool sbnn_read_option(const sbnn_options* options, const char* name,
                      int32_t low, int32_t high, int32_t* value,
                      sbnn_problem* problem);

/* The same for an option that may be missing: then it is `missing`. */
bool sbnn_read_optional(const sbnn_options* options, const char* name,
                        int32_t low, int32_t high, int32_t missing,
                        int32_t* value, sbnn_problem* problem);

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

/* Reads the weight code in `tensor` with its options and the domain. */
bool sbnn_prepare_kernel(sbnn_op* op, const sbnn_options* options,
                         const sbnn_tensor* tensor, int32_t outputs,
                         int32_t fan_in, sbnn_domain* domain,
                         sbnn_problem* problem);

/* Reads the output stage's two constants: thresholds and flips where `to` is
 * bits, scale and bias where it is float, else multipliers and offsets with
 * option `output_shift`. `positions` is 0 for a vector. */
bool sbnn_prepare_output(sbnn_op* op, const sbnn_options* options,
                         const sbnn_tensor* constants, sbnn_type to,
                         int32_t channels, int32_t positions,
                         sbnn_problem* problem);

/* Shape of the op's output: planes or channels-last floats. */
void sbnn_image_shape(sbnn_tensor* output, int32_t height, int32_t width,
                      int32_t channels);
void sbnn_vector_shape(sbnn_tensor* output, int32_t features);

#endif /* SBNN_OPS_CHECK_H_ */
