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
