#include "c/net.h"

void sbnn_net_look_up_int8(const int8_t* table, const int8_t* x, int8_t* y,
                           int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = table[x[i] + 128];
}
