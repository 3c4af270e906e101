#include "reference.h"

int32_t reference_words(int32_t bits) { return (bits + 31) / 32; }

bool reference_bit(const uint32_t* words, int32_t at) {
  return (words[at / 32] / (1u << at % 32)) % 2u == 1u;
}

static void set_bit(uint32_t* words, int32_t at) {
  words[at / 32] |= 1u << at % 32;
}

int32_t reference_odd(const uint32_t* planes, int32_t words, int32_t levels,
                      int32_t position) {
  int32_t value = 0;
  for (int32_t i = 0; i < levels; ++i) {
    value += (reference_bit(planes + i * words, position) ? 1 : -1) * (1 << i);
  }
  return value;
}

/* Planes of images begin with a word each, of vectors each plane of all features. */
static int32_t place_of(const sbnn_output* output, int32_t channel,
                        int32_t plane, int32_t position) {
  return channel * output->channel_bits + plane * output->plane_bits + position;
}

void reference_zero_bits(const sbnn_output* output, int32_t positions,
                         void* y) {
  if (output->face.kind != SBNN_PLANES) return;
  const int32_t last =
      place_of(output, output->channels - 1, output->face.planes - 1, 0);
  for (int32_t i = 0; i < reference_words(last + positions); ++i) {
    ((uint32_t*)y)[i] = 0u;
  }
}

static void write_number(const sbnn_output* output, int32_t channel,
                         int32_t position, int64_t number, void* y) {
  for (int32_t i = 0; i < output->face.planes; ++i) {
    if (number / ((int64_t)1 << i) % 2 == 1) {
      set_bit((uint32_t*)y, place_of(output, channel, i, position));
    }
  }
}

/* `reached` of the channel's cuts are. */
static void write_level(const sbnn_output* output, int32_t channel,
                        int32_t position, int32_t reached, void* y) {
  const bool falls = reference_bit(output->by.cuts.flips, channel);
  write_number(output, channel, position,
               falls ? output->by.cuts.count - reached : reached, y);
}

/* The largest whole number that is at most value / 2^shift. */
static int64_t floor_of(int64_t value, int32_t shift) {
  const int64_t divisor = (int64_t)1 << shift;
  const int64_t quotient = value / divisor;
  return value < quotient * divisor ? quotient - 1 : quotient;
}

int32_t reference_integer(sbnn_integers all, int64_t i) {
  const uint8_t* bytes = (const uint8_t*)all.values + i * all.bytes;
  int64_t number = 0, weight = 1;
  for (int32_t j = 0; j < all.bytes; ++j, weight *= 256) {
    number += bytes[j] * weight;
  }
  return (int32_t)(number >= weight / 2 ? number - weight : number);
}

void reference_write_sum(const sbnn_output* output, int32_t channel,
                         int32_t position, int32_t sum, void* y) {
  const int32_t at = position * output->channels + channel;
  if (output->stage == SBNN_CUTS) {
    int32_t reached = 0;
    for (int32_t i = 0; i < output->by.cuts.count; ++i) {
      const int32_t cut = channel * output->by.cuts.count + i;
      if (sum >= reference_integer(output->by.cuts.thresholds, cut)) ++reached;
    }
    write_level(output, channel, position, reached, y);
    return;
  }
  if (output->face.kind == SBNN_FLOAT_NUMBERS) {
    ((float*)y)[at] = (float)sum * output->by.scale.factors[channel] +
                      output->by.scale.biases[channel];
    return;
  }
  if (output->stage == SBNN_STREAM) {
    const sbnn_stream* by = &output->by.stream;
    const int64_t steps =
        (int64_t)sum * reference_integer(by->multipliers, channel);
    int64_t value =
        floor_of(steps + reference_integer(by->offsets, channel), by->shift);
    const int32_t half = 1 << (output->face.planes - 1);
    const uint32_t* stream = by->before;
    for (int32_t i = 0; stream != NULL && i < output->face.planes; ++i) {
      if (reference_bit(stream, place_of(output, channel, i, position))) {
        value += 1 << i;
      }
    }
    if (stream != NULL) value -= half;
    if (value < -half) value = -half;
    if (value > half - 1) value = half - 1;
    write_number(output, channel, position, value + half, y);
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
    int32_t reached = 0;
    for (int32_t i = 0; i < output->by.cuts.count; ++i) {
      const int32_t cut = channel * output->by.cuts.count + i;
      if (sum >= output->by.cuts.float_thresholds[cut]) ++reached;
    }
    write_level(output, channel, position, reached, y);
  } else {
    ((float*)y)[position * output->channels + channel] =
        sum * output->by.scale.factors[channel] +
        output->by.scale.biases[channel];
  }
}
