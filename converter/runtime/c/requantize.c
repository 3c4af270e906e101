#include "c/net.h"

static int32_t requantize(const sbnn_net_requantize_params* p, int32_t x) {
  return sbnn_net_limit(sbnn_net_scale(x - p->x_zero, p->factor) + p->y_zero,
                        p->limits.low, p->limits.high);
}

void sbnn_net_requantize_int8(const sbnn_net_requantize_params* params,
                              const int8_t* x, int8_t* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (int8_t)requantize(params, x[i]);
}

void sbnn_net_requantize_uint8_int8(const sbnn_net_requantize_params* params,
                                    const uint8_t* x, int8_t* y,
                                    int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (int8_t)requantize(params, x[i]);
}

void sbnn_net_requantize_int8_uint8(const sbnn_net_requantize_params* params,
                                    const int8_t* x, uint8_t* y,
                                    int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (uint8_t)requantize(params, x[i]);
}

void sbnn_net_requantize_int8_int16(const sbnn_net_requantize_params* params,
                                    const int8_t* x, int16_t* y,
                                    int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (int16_t)requantize(params, x[i]);
}

void sbnn_net_requantize_int16_int8(const sbnn_net_requantize_params* params,
                                    const int16_t* x, int8_t* y,
                                    int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (int8_t)requantize(params, x[i]);
}

void sbnn_net_requantize_int16(const sbnn_net_requantize_params* params,
                               const int16_t* x, int16_t* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (int16_t)requantize(params, x[i]);
}

void sbnn_net_limit_float(sbnn_net_float_limits limits, const float* x,
                          float* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    y[i] = x[i] < limits.low    ? limits.low
           : x[i] > limits.high ? limits.high
                                : x[i];
  }
}

void sbnn_net_quantize_int8(float scale, int32_t zero, const float* x,
                            int8_t* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    /* Limited before it is rounded, so that it fits into an integer. Halves are
     * rounded away from zero. */
    float q = x[i] / scale;
    q = q < -512.0f ? -512.0f : q > 512.0f ? 512.0f : q;
    int32_t whole = (int32_t)q;
    const float rest = q - (float)whole;
    whole += rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0;
    y[i] = (int8_t)sbnn_net_limit(whole + zero, -128, 127);
  }
}

void sbnn_net_dequantize_int8(float scale, int32_t zero, const int8_t* x,
                              float* y, int32_t count) {
  for (int32_t i = 0; i < count; ++i) y[i] = (float)(x[i] - zero) * scale;
}
