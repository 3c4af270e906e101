/* Reads an op's options, whole numbers, in either of their two forms.
 *
 * A map from names to numbers is what TensorFlow Lite makes of a custom op's
 * attributes; a blob of numbered options says the same in a fifth of the bytes
 * (docs/format.md). Both are FlexBuffers. This reader knows just as much of
 * them as that takes, allocates nothing, and never leaves the buffer, whatever
 * is in it. */
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

/* What an option is called. */
const char* sbnn_option_name(sbnn_option_id option);

/* Looks an option up. False if it is missing, is no whole number, does not fit
 * into int32, or if the buffer holds neither form. */
bool sbnn_option(const sbnn_options* options, sbnn_option_id option,
                 int32_t* value);

#endif /* SBNN_OPS_OPTIONS_H_ */
