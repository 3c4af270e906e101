/* Where the planes of a channel lie: those of an image from a word of their own on,
 * a feature of a vector is a bit of planes that all features share. */
#ifndef SBNN_CHANNEL_PLANES_H_
#define SBNN_CHANNEL_PLANES_H_

#include <stdbool.h>
#include <stdint.h>

#include "inline.h"
#include "sbnn/planes.h"

typedef struct {
  bool vector;
  int32_t planes; /* of a channel */
  int32_t words;  /* of a plane */
} sbnn_channel_planes;

SBNN_INLINE sbnn_channel_planes sbnn_place_planes(bool vector, int32_t channels,
                                                  int32_t positions,
                                                  int32_t planes) {
  const sbnn_channel_planes places = {
      vector, planes, sbnn_plane_words(vector ? channels : positions)};
  return places;
}

/* The word of plane 0 that holds position 0 of channel `c`, and its bit there. */
SBNN_INLINE int32_t sbnn_first_word(const sbnn_channel_planes* places,
                                    int32_t c) {
  return places->vector ? c >> 5 : c * places->planes * places->words;
}

SBNN_INLINE int32_t sbnn_first_bit(const sbnn_channel_planes* places,
                                   int32_t c) {
  return places->vector ? c & 31 : 0;
}

#endif /* SBNN_CHANNEL_PLANES_H_ */
