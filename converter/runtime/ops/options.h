/* Reads an op's options, whole numbers, in either of their two forms.
 *
 * A map from names to numbers is what TensorFlow Lite makes of a custom op's
 * attributes; a blob of numbered options says the same in a fifth of the bytes
 * (docs/format.md). Both are FlexBuffers. This reader knows just as much of
 * them as that takes, allocates nothing, and never leaves the buffer, whatever
 * is in it. Where the buffer ends only the file says: a length that no op's
 * options have is a wrong one, behind which there may be no memory. */
#ifndef SBNN_OPS_OPTIONS_H_
#define SBNN_OPS_OPTIONS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/option_numbers.h"

typedef struct {
  const uint8_t* bytes;
  size_t size;
} sbnn_options;

enum {
  SBNN_OPTION_COUNT = 0
#define SBNN_OPTION_ONE(number, name) +1
  SBNN_OPTION_NUMBERS(SBNN_OPTION_ONE)
#undef SBNN_OPTION_ONE
};

/* All options that an op may have, as far as its file has them. */
typedef struct {
  int32_t values[SBNN_OPTION_COUNT]; /* from number 1 on */
  uint8_t known[SBNN_OPTION_COUNT];  /* 1 where there is one */
} sbnn_option_values;

/* Bytes that an op's options never take, in neither form. */
#define SBNN_TOO_MANY_OPTION_BYTES ((size_t)4096)

/* What an option is called. */
const char* sbnn_option_name(sbnn_option_id option);

/* Reads all of them, in one pass. Those that are no whole number, do not fit into
 * int32, or stand in neither form stay unknown. */
void sbnn_read_values(const sbnn_options* options, sbnn_option_values* values);

/* Looks an option up. False if it is unknown. */
bool sbnn_option(const sbnn_option_values* options, sbnn_option_id option,
                 int32_t* value);

#endif /* SBNN_OPS_OPTIONS_H_ */
