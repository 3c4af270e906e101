/* The parts of FlexBuffers that options use.
 *
 * A buffer ends with the root value, a byte with its type, and a byte with its
 * width.
 *
 * A map's root value is the distance back to the map's values, all of one
 * width w. In front of the values stand, each w bytes: the distance back to the
 * keys, the width of the keys' vector, and the number of entries; behind the
 * values one type byte each (type << 2 | width). The keys are a vector of
 * distances back to zero-terminated names.
 *
 * A blob's root value is the distance back to its first byte; in front of that
 * stands its size. Ours is a row of options: a byte with the number, then the
 * value v as 2 v, or -2 v - 1 if it is below 0, seven bits a byte, lowest first,
 * 0x80 in all bytes but the last.
 */
#include "ops/options.h"

#include <string.h>

enum {
  TYPE_INT = 1,
  TYPE_UINT = 2,
  TYPE_MAP = 9,
  TYPE_BLOB = 25,
  TYPE_BOOL = 26
};

static const char* const kNames[] = {
#define NAME(number, name) #name,
    SBNN_OPTION_NUMBERS(NAME)
#undef NAME
};

const char* sbnn_option_name(sbnn_option_id option) {
  return kNames[(size_t)option - 1u];
}

/* The first value of an option counts. */
static void keep(sbnn_option_values* to, uint32_t number, int32_t value) {
  if (number == 0u || number > SBNN_OPTION_COUNT ||
      to->known[number - 1u] != 0u) {
    return;
  }
  to->known[number - 1u] = 1u;
  to->values[number - 1u] = value;
}

/* The unsigned number of `width` bytes at `at`. */
static bool read_unsigned(const sbnn_options* o, size_t at, size_t width,
                          uint64_t* value) {
  if (width != 1u && width != 2u && width != 4u && width != 8u) return false;
  if (at > o->size || width > o->size - at) return false;
  *value = 0;
  for (size_t i = 0; i < width; ++i) {
    *value |= (uint64_t)o->bytes[at + i] << (8u * i);
  }
  return true;
}

/* The place that a distance of `width` bytes, stored at `at`, points back to. */
static bool follow(const sbnn_options* o, size_t at, size_t width,
                   size_t* target) {
  uint64_t distance;
  if (!read_unsigned(o, at, width, &distance) || distance > at) return false;
  *target = at - (size_t)distance;
  return true;
}

/* The number of the option whose zero-terminated name stands at `at`, or 0. */
static uint32_t number_of(const sbnn_options* o, size_t at) {
  for (uint32_t i = 0; i < SBNN_OPTION_COUNT; ++i) {
    const char* name = kNames[i];
    for (size_t j = at; j < o->size && o->bytes[j] == (uint8_t)*name; ++j) {
      if (*name++ == '\0') return i + 1u;
    }
  }
  return 0u;
}

static bool read_int32(const sbnn_options* o, size_t at, size_t width,
                       uint8_t type, int32_t* value) {
  uint64_t bits;
  if (!read_unsigned(o, at, width, &bits)) return false;
  if (type == TYPE_INT && width < 8u && (bits >> (8u * width - 1u)) != 0u) {
    bits |= ~(uint64_t)0 << (8u * width); /* sign extension */
  }
  if (type != TYPE_INT && type != TYPE_UINT && type != TYPE_BOOL) return false;
  if (type == TYPE_INT && (bits >> 63) != 0u) {
    const uint64_t magnitude = ~bits + 1u;
    if (magnitude > (uint64_t)INT32_MAX) return false;
    *value = -(int32_t)magnitude;
    return true;
  }
  if (bits > (uint64_t)INT32_MAX) return false;
  *value = (int32_t)bits;
  return true;
}

/* All entries of the map whose values stand at `values`, up to one that is broken. */
static void read_map(const sbnn_options* o, size_t values, size_t width,
                     sbnn_option_values* to) {
  uint64_t count, key_width;
  size_t keys;
  if (values < 3u * width || !read_unsigned(o, values - width, width, &count) ||
      !read_unsigned(o, values - 2u * width, width, &key_width) ||
      !follow(o, values - 3u * width, width, &keys) || count > o->size) {
    return;
  }
  for (size_t i = 0; i < (size_t)count; ++i) {
    size_t key;
    uint64_t type;
    int32_t value;
    if (!follow(o, keys + i * (size_t)key_width, (size_t)key_width, &key)) {
      return;
    }
    const uint32_t number = number_of(o, key);
    if (number != 0u &&
        read_unsigned(o, values + (size_t)count * width + i, 1, &type) &&
        read_int32(o, values + i * width, width, (uint8_t)(type >> 2),
                   &value)) {
      keep(to, number, value);
    }
  }
}

/* The number of seven bits a byte at `*at`, which moves behind it. */
static bool read_packed(const sbnn_options* o, size_t* at, size_t end,
                        uint32_t* packed) {
  *packed = 0;
  for (uint32_t shift = 0; shift < 35u && *at < end; shift += 7u) {
    const uint32_t byte = o->bytes[(*at)++];
    if (shift == 28u && byte > 15u) return false; /* more than 32 bits */
    *packed |= (byte & 0x7Fu) << shift;
    if (byte < 0x80u) return true;
  }
  return false;
}

/* All options of the blob at `at`, up to one that is broken. */
static void read_blob(const sbnn_options* o, size_t at, size_t width,
                      sbnn_option_values* to) {
  uint64_t size;
  if (at < width || !read_unsigned(o, at - width, width, &size) ||
      size > o->size - at) {
    return;
  }
  const size_t end = at + (size_t)size;
  while (at < end) {
    const uint32_t number = o->bytes[at++];
    uint32_t packed;
    if (!read_packed(o, &at, end, &packed)) return;
    const int32_t half = (int32_t)(packed >> 1);
    keep(to, number, (packed & 1u) != 0u ? -half - 1 : half);
  }
}

void sbnn_read_values(const sbnn_options* o, sbnn_option_values* to) {
  memset(to, 0, sizeof(*to));
  if (o->bytes == NULL || o->size < 3u ||
      o->size >= SBNN_TOO_MANY_OPTION_BYTES) {
    return;
  }
  const size_t root_width = o->bytes[o->size - 1u];
  const uint32_t type = o->bytes[o->size - 2u];
  const size_t width = (size_t)1 << (type & 3u);
  size_t root;
  if (root_width > o->size - 2u ||
      !follow(o, o->size - 2u - root_width, root_width, &root)) {
    return;
  }
  if (type >> 2 == TYPE_MAP) read_map(o, root, width, to);
  if (type >> 2 == TYPE_BLOB) read_blob(o, root, width, to);
}

bool sbnn_option(const sbnn_option_values* options, sbnn_option_id option,
                 int32_t* value) {
  if (options->known[(size_t)option - 1u] == 0u) return false;
  *value = options->values[(size_t)option - 1u];
  return true;
}
