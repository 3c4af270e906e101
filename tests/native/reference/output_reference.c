#include "reference.h"

int32_t reference_words(int32_t bits) { return (bits + 31) / 32; }

bool reference_bit(const uint32_t* words, int32_t at) {
  return (words[at / 32] / (1u << at % 32)) % 2u == 1u;
}

static void set_bit(uint32_t* words, int32_t at) {
  words[at / 32] |= 1u << at % 32;
}

/* Planes of bits begin with a word each, vectors have one bit behind the other. */
void reference_zero_bits(const sbnn_output* output, int32_t positions,
                         void* y) {
  if (output->stage != SBNN_CUTS) return;
  const int32_t last = (output->channels - 1) * output->channel_bits;
  for (int32_t i = 0; i < reference_words(last + positions); ++i) {
    ((uint32_t*)y)[i] = 0u;
  }
}

static void write_bit(const sbnn_output* output, int32_t channel,
                      int32_t position, bool reached, void* y) {
  if (reached != reference_bit(output->by.cuts.flips, channel)) {
    set_bit((uint32_t*)y, channel * output->channel_bits + position);
  }
}

/* The largest whole number that is at most value / 2^shift. */
static int64_t floor_of(int64_t value, int32_t shift) {
  const int64_t divisor = (int64_t)1 << shift;
  const int64_t quotient = value / divisor;
  return value < quotient * divisor ? quotient - 1 : quotient;
}

void reference_write_sum(const sbnn_output* output, int32_t channel,
                         int32_t position, int32_t sum, void* y) {
  const int32_t at = position * output->channels + channel;
  if (output->stage == SBNN_CUTS) {
    write_bit(output, channel, position,
              sum >= output->by.cuts.thresholds[channel], y);
    return;
  }
  if (output->face.kind == SBNN_FLOAT_NUMBERS) {
    ((float*)y)[at] = (float)sum * output->by.scale.factors[channel] +
                      output->by.scale.biases[channel];
    return;
  }
  const int64_t product = (int64_t)sum * output->by.scale.multipliers[channel];
  int64_t value = floor_of(product + output->by.scale.offsets[channel],
                           output->by.scale.shift);
  if (output->face.kind == SBNN_INT8_NUMBERS) {
    if (value < -128) value = -128;
    if (value > 127) value = 127;
    ((int8_t*)y)[at] = (int8_t)value;
  } else {
    if (value < -32768) value = -32768;
    if (value > 32767) value = 32767;
    ((int16_t*)y)[at] = (int16_t)value;
  }
}

void reference_write_float_sum(const sbnn_output* output, int32_t channel,
                               int32_t position, float sum, void* y) {
  if (output->stage == SBNN_CUTS) {
    write_bit(output, channel, position,
              sum >= output->by.cuts.float_thresholds[channel], y);
  } else {
    ((float*)y)[position * output->channels + channel] =
        sum * output->by.scale.factors[channel] +
        output->by.scale.biases[channel];
  }
}
