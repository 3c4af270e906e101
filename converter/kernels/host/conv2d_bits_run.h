/* A convolution's sums compared with cuts, as planes. A round for each width of
 * vectors: vector_adders.h. */

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

/* Compares the sums of a channel with its threshold. */
SBNN_INLINE void SBNN_NAME(write_bits)(const sbnn_host_conv2d* plan,
                                       const sbnn_host_channel* channel,
                                       int32_t first, int32_t words,
                                       const uint8_t* scratch, uint8_t* y,
                                       int64_t sample_bytes, int32_t samples) {
  const uint8_t* planes = scratch + plan->copies_at;
  const uint32_t* list = plan->offsets + channel->first;
  const SBNN_V flip = SBNN_NAME(all)(
      1u ^ sbnn_get_bit(plan->output.by.cuts.flips, channel->channel));
  uint8_t* plane = y + (int64_t)channel->channel * plan->out_words * 4;
  const int32_t slices = channel->slices;
  if (plan->pixel_slices == 1 && !plan->whole_window && slices <= 8) {
    int32_t w = 0;
    for (; w + 1 < words; w += 2) {
      const uint8_t* start[2] = {
          SBNN_NAME(start_of)(plan, channel, first + w),
          SBNN_NAME(start_of)(plan, channel, first + w + 1)};
      SBNN_V signs[2];
      SBNN_NAME(short_signs)
      (planes + w * SBNN_VECTOR_BYTES, list, channel->count, start, slices, 2,
       signs);
      SBNN_NAME(write_plane)
      (plan, plane, sample_bytes, samples, first + w, signs[0] ^ flip);
      SBNN_NAME(write_plane)
      (plan, plane, sample_bytes, samples, first + w + 1, signs[1] ^ flip);
    }
    for (; w < words; ++w) {
      const uint8_t* start[2] = {SBNN_NAME(start_of)(plan, channel, first + w),
                                 NULL};
      SBNN_V signs[2];
      SBNN_NAME(short_signs)
      (planes + w * SBNN_VECTOR_BYTES, list, channel->count, start, slices, 1,
       signs);
      SBNN_NAME(write_plane)
      (plan, plane, sample_bytes, samples, first + w, signs[0] ^ flip);
    }
    return;
  }
  for (int32_t w = 0; w < words; ++w) {
    const uint8_t* constants = SBNN_NAME(start_of)(plan, channel, first + w);
    SBNN_V start[SBNN_HOST_MAX_SLICES], sum[SBNN_HOST_MAX_SLICES];
    if (plan->whole_window) {
      SBNN_NAME(add_window)
      (plan, constants, SBNN_NAME(window_of)(plan, channel, w, scratch),
       channel->start_slices, channel->start_slices - slices, start);
    } else {
      for (int32_t k = 0; k < slices; ++k) {
        start[k] = SBNN_NAME(load)(constants + k * SBNN_VECTOR_BYTES);
      }
    }
    SBNN_NAME(sum_listed)
    (plan, planes + w * SBNN_VECTOR_BYTES, list, channel->count, start, slices,
     sum);
    SBNN_NAME(write_plane)
    (plan, plane, sample_bytes, samples, first + w, sum[slices - 1] ^ flip);
  }
}
