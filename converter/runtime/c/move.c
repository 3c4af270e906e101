#include <stddef.h>
#include <string.h>

#include "c/net.h"

void sbnn_net_copy_rows(const void* x, int32_t x_pitch, void* y,
                        int32_t y_pitch, int32_t bytes, int32_t rows) {
  const uint8_t* from = (const uint8_t*)x;
  uint8_t* to = (uint8_t*)y;
  for (int32_t row = 0; row < rows; ++row) {
    memcpy(to, from, (size_t)bytes);
    from += x_pitch;
    to += y_pitch;
  }
}

void sbnn_net_fill_float(float value, float* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = value;
}

void sbnn_net_pick(const sbnn_net_walk* walk, const void* x, void* y) {
  uint8_t* to = (uint8_t*)y;
  const int32_t* n = walk->counts;
  const int32_t* step = walk->steps;
  for (int32_t a = 0; a < n[0]; ++a) {
    for (int32_t b = 0; b < n[1]; ++b) {
      for (int32_t c = 0; c < n[2]; ++c) {
        const uint8_t* from = (const uint8_t*)x + walk->start + a * step[0] +
                              b * step[1] + c * step[2];
        for (int32_t d = 0; d < n[3]; ++d) {
          memcpy(to, from, (size_t)walk->bytes);
          from += step[3];
          to += walk->bytes;
        }
      }
    }
  }
}

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
