/* A convolution's sums compared with one cut, as bits. A round for each width of
 * vectors: vector_adders.h. */

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
  if (!plan->pixels && plan->levels == 1 && !plan->whole_window &&
      slices <= 8) {
    int32_t w = 0;
    for (; w + 1 < words; w += 2) {
      const uint8_t* start[2] = {
          SBNN_NAME(start_of)(plan, channel, first + w),
          SBNN_NAME(start_of)(plan, channel, first + w + 1)};
      SBNN_V signs[2];
      SBNN_NAME(short_signs)
      (planes + w * SBNN_VECTOR_BYTES, list, channel->negatives, channel->count,
       start, slices, 2, signs);
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
      (planes + w * SBNN_VECTOR_BYTES, list, channel->negatives, channel->count,
       start, slices, 1, signs);
      SBNN_NAME(write_plane)
      (plan, plane, sample_bytes, samples, first + w, signs[0] ^ flip);
    }
    return;
  }
  for (int32_t w = 0; w < words; ++w) {
    const uint8_t* start = SBNN_NAME(start_of)(plan, channel, first + w);
    SBNN_V sum[SBNN_HOST_MAX_SLICES];
    if (plan->whole_window) {
      SBNN_NAME(add_window)
      (plan, start, SBNN_NAME(window_of)(plan, channel, w, scratch),
       channel->start_slices, channel->start_slices - slices, sum);
      start = (const uint8_t*)sum;
    }
    SBNN_NAME(sum_listed)
    (plan, planes + w * SBNN_VECTOR_BYTES, list, channel->negatives,
     channel->count, start, 0, slices, sum);
    SBNN_NAME(write_plane)
    (plan, plane, sample_bytes, samples, first + w, sum[slices - 1] ^ flip);
  }
}
