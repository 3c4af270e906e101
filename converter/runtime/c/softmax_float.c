#include "c/exponential.h"
#include "c/net.h"

void sbnn_net_softmax_float(float beta, const float* x, float* y, int32_t rows,
                            int32_t count) {
  for (int32_t row = 0; row < rows; ++row, x += count, y += count) {
    float most = x[0], sum = 0.0f;
    for (int32_t i = 1; i < count; ++i) most = x[i] > most ? x[i] : most;
    for (int32_t i = 0; i < count; ++i) {
      y[i] = sbnn_net_exp_negative((x[i] - most) * beta);
      sum += y[i];
    }
    for (int32_t i = 0; i < count; ++i) y[i] /= sum;
  }
}
