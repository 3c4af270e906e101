/* Any bytes as an op's options: the reader stays inside of them, and finds the numbers that
 * docs/format.md says.
 *
 * Bytes come from libFuzzer (libfuzzer.py). By the first they are options as they are, or the
 * numbered ones of a blob, which random bytes are too rarely.
 */
#include <stdlib.h>
#include <string.h>

#include "ops/options.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

enum { AROUND = 6 }; /* bytes that make a blob of some: a size, and the root */

static uint8_t* allocate(size_t bytes) {
  uint8_t* made = (uint8_t*)malloc(bytes > 0u ? bytes : 1u);
  if (made == NULL) exit(3);
  return made;
}

/* A blob: its size in front; behind it the distance back, a type and a width. */
static uint8_t* as_blob(const uint8_t* data, size_t size) {
  uint8_t* made = allocate(size + AROUND);
  made[0] = made[2 + size] = (uint8_t)size;
  made[1] = made[3 + size] = (uint8_t)(size >> 8);
  if (size > 0u) memcpy(made + 2, data, size);
  made[4 + size] = 25u << 2 | 1u;
  made[5 + size] = 2;
  return made;
}

/* The numbered options again, in 64 bits: what is broken ends them. */
static void check_blob(const uint8_t* data, size_t size,
                       const sbnn_option_values* found) {
  int64_t values[256];
  bool known[256] = {false};
  for (size_t at = 0; at < size;) {
    const uint8_t number = data[at++];
    uint64_t packed = 0;
    uint32_t shift = 0;
    bool is_whole = false;
    while (!is_whole && at < size && shift < 35u) {
      is_whole = data[at] < 128u;
      packed += (uint64_t)(data[at++] % 128u) << shift;
      shift += 7u;
    }
    if (!is_whole || packed > UINT32_MAX) break;
    if (known[number]) continue;
    known[number] = true;
    values[number] = packed % 2u == 0u ? (int64_t)(packed / 2u)
                                       : -(int64_t)(packed / 2u) - 1;
  }
  for (int32_t id = 1; id <= SBNN_OPTION_COUNT; ++id) {
    int32_t value = 0;
    const bool is_there = sbnn_option(found, (sbnn_option_id)id, &value);
    if (is_there != known[id]) abort();
    if (is_there && value != values[id]) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1u || size > 2048u) return 0;
  const bool is_blob = data[0] % 2u == 0u;
  ++data, --size;
  sbnn_options options = {NULL, is_blob ? size + AROUND : size};
  uint8_t* exact = is_blob ? as_blob(data, size) : allocate(size);
  if (!is_blob && size > 0u) memcpy(exact, data, size);
  options.bytes = exact;
  sbnn_option_values found;
  sbnn_read_values(&options, &found);
  if (is_blob) check_blob(data, size, &found);
  free(exact);
  return 0;
}
