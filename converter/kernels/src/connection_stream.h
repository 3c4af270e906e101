/* The connections of a kernel, one output channel after another. */
#ifndef SBNN_CONNECTION_STREAM_H_
#define SBNN_CONNECTION_STREAM_H_

#include <stdint.h>

#include "sbnn/connections.h"

/* A list that receives a channel needs this many entries beyond the channel's
 * connections: codes are read four at a time. */
enum { SBNN_STREAM_SLACK = 4 };

typedef struct {
  const sbnn_connections* code;
  uint32_t bit;   /* next bit of the code */
  uint32_t sign;  /* number of the next connection of a signed kernel */
  uint32_t index; /* the one read last, relative to the next channel */
  int32_t early;  /* connections read, but behind the channel's end */
  uint32_t ahead[SBNN_STREAM_SLACK];
} sbnn_connection_stream;

/* Puts `stream` in front of channel 0 of `code`, which has been checked with
 * sbnn_check_connections. */
void sbnn_open_stream(sbnn_connection_stream* stream,
                      const sbnn_connections* code);

/* Writes the connections of the next channel, which has `fan_in` weights, to
 * `list`: ascending, counted from the channel's first weight. Returns their number. */
int32_t sbnn_stream_places(sbnn_connection_stream* stream, uint32_t fan_in,
                           uint32_t* list);

/* Reads which connections subtract. */
typedef struct {
  const uint32_t* next;
  uint32_t word; /* with a one above the last sign */
} sbnn_sign_reader;

static inline void sbnn_open_signs(sbnn_sign_reader* reader,
                                   const sbnn_connections* code) {
  reader->next = code->signs;
  reader->word = 1u;
}

/* 1 if the next connection does, else 0. */
static inline uint32_t sbnn_next_sign(sbnn_sign_reader* reader) {
  uint32_t sign = reader->word & 1u;
  reader->word >>= 1;
  if (reader->word == 0u) { /* that was the one above the last sign */
    sign = *reader->next & 1u;
    reader->word = (*reader->next++ >> 1) | 0x80000000u;
  }
  return sign;
}

/* Writes the connections of the next channel, which has `fan_in` weights, to
 * `list`: ascending, counted from the channel's first weight. Of a signed kernel,
 * those that subtract are `fan_in` further on: connections to the opposites of
 * the inputs, which stand behind the inputs. Returns their number. */
int32_t sbnn_stream_channel(sbnn_connection_stream* stream, uint32_t fan_in,
                            uint32_t* list);

#endif /* SBNN_CONNECTION_STREAM_H_ */
