#include <stddef.h>
#include <string.h>

#include "c/net.h"

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
