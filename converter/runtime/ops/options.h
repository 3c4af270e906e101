/* Reads an op's options: a flexbuffer map from names to whole numbers.
 *
 * TensorFlow Lite keeps a custom op's attributes as such a map, which every
 * model viewer can show. This reader knows just as much of the format as that
 * takes, allocates nothing, and never leaves the buffer, whatever is in it. */
#ifndef SBNN_OPS_OPTIONS_H_
#define SBNN_OPS_OPTIONS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t* bytes;
  size_t size;
} sbnn_options;

/* Looks `name` up. False if it is missing, is no whole number, does not fit
 * into int32, or if the buffer is no flexbuffer map. */
bool sbnn_option(const sbnn_options* options, const char* name, int32_t* value);

#endif /* SBNN_OPS_OPTIONS_H_ */
