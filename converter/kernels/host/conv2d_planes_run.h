/* Vectors of a convolution's output planes, written and read. A round for each width
 * of vectors: vector_adders.h. */

/* Writes a vector of an output plane: all of it, or what the plane has left. */
SBNN_INLINE void SBNN_NAME(write_plane)(const sbnn_host_conv2d* plan,
                                        uint8_t* plane, int64_t sample_bytes,
                                        int32_t samples, int32_t word,
                                        SBNN_V bits) {
  const int64_t at = (int64_t)word * SBNN_VECTOR_BYTES;
  if (8 * (at + SBNN_VECTOR_BYTES) <= plan->positions && samples == 1) {
    SBNN_NAME(store)(plane + at, bits);
    return;
  }
  uint8_t bytes[SBNN_VECTOR_BYTES + 8];
  SBNN_NAME(store)(bytes, bits);
  if (plan->samples > 1) {
    for (int32_t s = 0; s < samples; ++s) {
      uint64_t lane;
      memcpy(&lane, bytes + s * plan->lane_bytes, 8);
      lane &= ~(uint64_t)0 >> (64 - plan->positions);
      if (plan->out_words == 1) {
        memcpy(plane, &lane, 4);
      } else {
        memcpy(plane, &lane, 8);
      }
      plane += sample_bytes;
    }
    return;
  }
  const int32_t left = plan->positions - 8 * (int32_t)at;
  for (int32_t i = 0; 32 * i < left && 4 * i < SBNN_VECTOR_BYTES; ++i) {
    uint32_t four;
    memcpy(&four, bytes + 4 * i, 4);
    if (left - 32 * i < 32) four &= 0xFFFFFFFFu >> (32 - (left - 32 * i));
    memcpy(plane + at + 4 * i, &four, 4);
  }
}

/* The same vector of a plane that was written before; 0 behind its end. */
SBNN_INLINE SBNN_V SBNN_NAME(read_plane)(const sbnn_host_conv2d* plan,
                                         const uint8_t* plane,
                                         int64_t sample_bytes, int32_t samples,
                                         int32_t word) {
  const int64_t at = (int64_t)word * SBNN_VECTOR_BYTES;
  if (8 * (at + SBNN_VECTOR_BYTES) <= plan->positions && samples == 1) {
    return SBNN_NAME(load)(plane + at);
  }
  uint8_t bytes[SBNN_VECTOR_BYTES + 8] = {0};
  if (plan->samples > 1) {
    for (int32_t s = 0; s < samples; ++s) {
      if (plan->out_words == 1) {
        memcpy(bytes + s * plan->lane_bytes, plane, 4);
      } else {
        memcpy(bytes + s * plan->lane_bytes, plane, 8);
      }
      plane += sample_bytes;
    }
  } else {
    const int64_t left = 4 * (int64_t)plan->out_words - at;
    memcpy(bytes, plane + at,
           (size_t)(left < SBNN_VECTOR_BYTES ? left : SBNN_VECTOR_BYTES));
  }
  return SBNN_NAME(load)(bytes);
}
