#include <stddef.h>
#include <string.h>

#include "c/net.h"

void sbnn_net_resize(const uint16_t* rows, int32_t height,
                     const uint16_t* columns, int32_t width, int32_t in_width,
                     int32_t pixel_bytes, const void* x, void* y) {
  uint8_t* to = (uint8_t*)y;
  for (int32_t row = 0; row < height; ++row) {
    const uint8_t* from =
        (const uint8_t*)x + rows[row] * in_width * pixel_bytes;
    for (int32_t column = 0; column < width; ++column) {
      memcpy(to, from + columns[column] * pixel_bytes, (size_t)pixel_bytes);
      to += pixel_bytes;
    }
  }
}
