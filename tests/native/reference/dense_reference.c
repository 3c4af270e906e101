/* Dense layer in plain loops: every unit meets every input. */
#include "reference.h"

void reference_dense_bits(const sbnn_dense_params* p,
                          const sbnn_connections* kernel,
                          const sbnn_output* output, const uint32_t* x,
                          void* y) {
  const int32_t words = reference_words(p->positions);
  const int32_t levels = p->input_bits > 1 ? p->input_bits : 1;
  reference_weights next = reference_first_weight(kernel);
  reference_zero_bits(output, 1, y);
  for (int32_t unit = 0; unit < p->units; ++unit) {
    int32_t all = 0, ones = 0;
    for (int32_t plane = 0; plane < p->planes; ++plane) {
      for (int32_t i = 0; i < p->positions; ++i) {
        const int32_t value =
            reference_odd(x + plane * levels * words, words, levels, i);
        all += value;
        ones += reference_next_weight(&next) * value;
      }
    }
    reference_write_sum(
        output, unit, 0,
        ones * (1 << p->domain.shift) + all * p->domain.alpha_steps, y);
  }
}

void reference_dense_float(const sbnn_dense_params* p,
                           const sbnn_connections* kernel,
                           const sbnn_output* output, const float* x, void* y) {
  const float alpha =
      (float)p->domain.alpha_steps / (float)(1 << p->domain.shift);
  reference_weights next = reference_first_weight(kernel);
  reference_zero_bits(output, 1, y);
  for (int32_t unit = 0; unit < p->units; ++unit) {
    float all = 0.0f, ones = 0.0f;
    for (int32_t i = 0; i < p->planes * p->positions; ++i) {
      all += x[i];
      ones += (float)reference_next_weight(&next) * x[i];
    }
    reference_write_float_sum(output, unit, 0, ones + all * alpha, y);
  }
}
