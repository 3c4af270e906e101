/* Lists of options: what an op's file says, written down once.
 *
 * The header of a kernel has the list of its op's options,
 *
 *     X(name, low, high, when, "meaning")
 *
 * which makes the fields of the kernel's parameters, what an op reads from its
 * file, the checks of it, and what the fuzzer breaks. The converter's side is
 * sbnn_converter/op_schema; tests/converter/test_op_schema.py holds both and the tables
 * of docs/format.md equal. */
#ifndef SBNN_OPTION_LIST_H_
#define SBNN_OPTION_LIST_H_

#include <stdint.h>

/* Rows and columns of an image, at most. */
enum { SBNN_MAX_SIDE = 32768 };

/* When a file has to have an option. Where it need not, it is 0. */
typedef enum {
  SBNN_ALWAYS,
  SBNN_MAY_MISS,
  SBNN_WITH_INT8_INPUT,
  SBNN_WITH_PLANES_INPUT,
  SBNN_WITH_INT8_OUTPUT,
  SBNN_WITH_INTEGER_OUTPUT /* int8, int16 or a stream */
} sbnn_option_when;

/* X: the field of a struct of parameters. */
#define SBNN_OPTION_FIELD(name, low, high, when, meaning) int32_t name;

#endif /* SBNN_OPTION_LIST_H_ */
