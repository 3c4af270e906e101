/* A convolution's sums as planes, several a channel: activations between several cuts,
 * and streams; the arithmetic is told in src/conv2d_bits_planes.h and
 * src/stream_sums.h. A round for each width of vectors: vector_adders.h. */

/* Where sliced numbers below their sign are at least `least`, whose bits are as many;
 * slices are XORed with `invert`. From the lowest slice up, a bit of `least` is 1 and
 * wanted, or 0 and enough: no branch, for each channel has bits of its own. */
SBNN_INLINE SBNN_V SBNN_NAME(reaches)(const SBNN_V* sum, const SBNN_V* sign,
                                      uint32_t least, SBNN_V invert) {
  SBNN_V out = SBNN_NAME(all)(1u);
  for (; sum != sign; ++sum) {
    out = SBNN_NAME(majority)(out, *sum ^ invert, SBNN_NAME(all)(~least & 1u));
    least >>= 1;
  }
  return out;
}

/* Where a sum less the middle cut is at least `distance`. */
SBNN_INLINE SBNN_V SBNN_NAME(compare)(const SBNN_V* sum, const SBNN_V* sign,
                                      int32_t distance) {
  if (distance == 0) return ~*sign;
  if (distance > 0) {
    return ~*sign & SBNN_NAME(reaches)(sum, sign, (uint32_t)distance,
                                       SBNN_NAME(all)(0u));
  }
  return ~(*sign & SBNN_NAME(reaches)(sum, sign, 0u - (uint32_t)distance,
                                      SBNN_NAME(all)(1u)));
}

/* The planes of the number of cuts that are reached: plane k changes at every
 * 2^k-th. */
SBNN_INLINE void SBNN_NAME(count_cuts)(const int32_t* distances, int32_t cuts,
                                       const SBNN_V* sum, const SBNN_V* sign,
                                       SBNN_V* planes) {
  if (cuts == 3 && distances[0] == -distances[2] && distances[2] != 0) {
    /* The lower one is that of the magnitude, turned below the middle. */
    planes[0] ^=
        *sign ^ SBNN_NAME(reaches)(sum, sign, (uint32_t)distances[2], *sign);
    planes[1] ^= ~*sign;
    return;
  }
  for (int32_t i = 0; i < cuts; ++i) {
    const SBNN_V there = SBNN_NAME(compare)(sum, sign, distances[i]);
    for (int32_t k = 0; ((i + 1) & ((1 << k) - 1)) == 0 && cuts >> k != 0;
         ++k) {
      planes[k] ^= there;
    }
  }
}

static void SBNN_NAME(write_cuts)(const sbnn_host_conv2d* plan,
                                  const sbnn_host_channel* channel,
                                  int32_t first, int32_t words,
                                  const uint8_t* scratch, uint8_t* y,
                                  int64_t sample_bytes, int32_t samples) {
  const sbnn_cuts* cuts = &plan->output.by.cuts;
  const int32_t planes = plan->output.face.planes;
  const int64_t pitch = 4 * (int64_t)plan->out_words;
  const SBNN_V flip =
      SBNN_NAME(all)(sbnn_get_bit(cuts->flips, channel->channel));
  const int32_t* distances =
      plan->distances + (int64_t)channel->channel * cuts->count;
  y += channel->channel * planes * pitch;
  for (int32_t w = 0; w < words; ++w) {
    SBNN_V sum[SBNN_HOST_MAX_SLICES];
    SBNN_V out[SBNN_MAX_ACTIVATION_BITS] = {flip, flip, flip, flip};
    SBNN_NAME(whole_sums)(plan, channel, first, w, scratch, sum);
    SBNN_NAME(count_cuts)
    (distances, cuts->count, sum, sum + channel->start_slices - 1, out);
    for (int32_t k = 0; k < planes; ++k) {
      SBNN_NAME(write_plane)
      (plan, y + k * pitch, sample_bytes, samples, first + w, out[k]);
    }
  }
}

/* What is added to a stream: `left` slices of `low` below the given ones, which are
 * XORed with `invert`; the highest is the sign. */
typedef struct {
  int32_t left, low;
  const SBNN_V* slices;
  int32_t count;
  SBNN_V invert;
} SBNN_NAME(update);

SBNN_INLINE SBNN_V SBNN_NAME(update_slice)(const SBNN_NAME(update) * update,
                                           int32_t i) {
  if (i < update->left) {
    return SBNN_NAME(all)((uint32_t)(update->low >> i) & 1u);
  }
  i -= update->left;
  return update->slices[i < update->count ? i : update->count - 1] ^
         update->invert;
}

/* Adds to the numbers that `planes` planes make, limited to what these hold. */
SBNN_INLINE void SBNN_NAME(add_update)(const SBNN_NAME(update) * update,
                                       int32_t planes, SBNN_V* numbers) {
  const int32_t given = update->left + update->count;
  const int32_t sign_at = given > planes ? given : planes + 1;
  SBNN_V carry = SBNN_NAME(all)(0u), above = carry;
  for (int32_t i = 0; i < planes; ++i) {
    carry = SBNN_NAME(full_add)(&numbers[i], SBNN_NAME(update_slice)(update, i),
                                carry);
  }
  for (int32_t i = planes; i < sign_at; ++i) {
    const SBNN_V slice = SBNN_NAME(update_slice)(update, i);
    above |= slice ^ carry;
    carry &= slice;
  }
  const SBNN_V keep = ~(SBNN_NAME(update_slice)(update, sign_at) ^ carry);
  for (int32_t i = 0; i < planes; ++i) {
    numbers[i] = (numbers[i] | above) & keep;
  }
}

/* `other`: the stream before, or NULL where it begins. */
static void SBNN_NAME(write_stream_planes)(
    const sbnn_host_conv2d* plan, const sbnn_host_channel* channel,
    int32_t first, int32_t words, const uint8_t* scratch, const uint8_t* other,
    uint8_t* y, int64_t sample_bytes, int32_t samples) {
  const sbnn_output* output = &plan->output;
  const sbnn_stream_shifts scale =
      sbnn_shifts_of_stream(&output->by.stream, channel->channel);
  const int32_t planes = output->face.planes;
  const int32_t slices = channel->start_slices;
  const int32_t dropped = scale.right < slices ? scale.right : slices - 1;
  const int64_t pitch = 4 * (int64_t)plan->out_words;
  const int64_t at = channel->channel * planes * pitch;
  SBNN_V sum[SBNN_HOST_MAX_SLICES];
  const SBNN_NAME(update)
      update = {scale.left, scale.low, sum + dropped, slices - dropped,
                SBNN_NAME(all)(scale.inverted)};
  y += at;
  if (other != NULL) other += at;
  for (int32_t w = 0; w < words; ++w) {
    SBNN_V numbers[SBNN_MAX_PLANES];
    for (int32_t i = 0; i < planes; ++i) {
      numbers[i] = other != NULL
                       ? SBNN_NAME(read_plane)(plan, other + i * pitch,
                                               sample_bytes, samples, first + w)
                       : SBNN_NAME(all)(i == planes - 1 ? 1u : 0u);
    }
    SBNN_NAME(whole_sums)(plan, channel, first, w, scratch, sum);
    SBNN_NAME(add_update)(&update, planes, numbers);
    for (int32_t i = 0; i < planes; ++i) {
      SBNN_NAME(write_plane)
      (plan, y + i * pitch, sample_bytes, samples, first + w, numbers[i]);
    }
  }
}
