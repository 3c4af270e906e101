/* Convolution of planes over vectors of one width; a round for each: see
 * vector_adders.h. What is done is told in conv2d_plan.h. */

/* One copy of `count` planes whose sources lie `step` bytes apart. */
SBNN_INLINE void SBNN_NAME(copy_bits)(const uint8_t* source, int64_t step,
                                      int32_t count, int64_t bit,
                                      const uint8_t* keep, uint32_t pad_bit,
                                      uint8_t* to, int64_t to_step,
                                      int32_t bytes) {
  const uint8_t* from = source + (bit >> 3);
  const uint64_t right = (uint64_t)(bit & 7);
  const SBNN_V pad = SBNN_NAME(all)(pad_bit);
  for (int32_t c = 0; c < count; ++c) {
    int32_t i = 0;
    do {
      /* The second load holds what the first one's shift leaves empty. */
      const SBNN_V bits = (SBNN_NAME(load)(from + i) >> right) |
                          (SBNN_NAME(load)(from + i + 1) << (8u - right));
      const SBNN_V inside = SBNN_NAME(load)(keep + i);
      SBNN_NAME(store)(to + i, (bits & inside) | (pad & ~inside));
      i += SBNN_VECTOR_BYTES;
    } while (i + SBNN_VECTOR_BYTES <= bytes);
    for (; i < bytes; i += 8) {
      uint64_t low, high, inside;
      memcpy(&low, from + i, 8);
      memcpy(&high, from + i + 1, 8);
      memcpy(&inside, keep + i, 8);
      low = ((low >> right) | (high << (8u - right))) & inside;
      low |= (0u - (uint64_t)pad_bit) & ~inside;
      memcpy(to + i, &low, 8);
    }
    from += step;
    to += to_step;
  }
}

/* The same for samples side by side, `lane` bytes each. */
SBNN_INLINE void SBNN_NAME(copy_lanes)(const uint8_t* source, int64_t step,
                                       int32_t samples, int64_t bit,
                                       uint64_t keep, uint64_t pad,
                                       uint8_t* to, int32_t lane) {
  const uint8_t* from = source + (bit >> 3);
  const uint32_t right = (uint32_t)(bit & 7);
  for (int32_t s = 0; s < samples; ++s) {
    uint64_t low, high;
    memcpy(&low, from, 8);
    memcpy(&high, from + 1, 8);
    low = (((low >> right) | (high << (8u - right))) & keep) | (pad & ~keep);
    if (s * lane + 8 <= SBNN_VECTOR_BYTES) {
      memcpy(to, &low, 8); /* the next lanes are written later */
    } else { /* not beyond the vector */
      memcpy(to, &low, (size_t)lane);
    }
    from += step;
    to += lane;
  }
}

/* The bit of a source, counted from its base, that a copy begins at; for streams
 * of the input's own pitch. */
SBNN_INLINE int64_t SBNN_NAME(first_bit)(const sbnn_host_conv2d* plan,
                                         const sbnn_host_copy* copy) {
  return 8 * (int64_t)plan->source_guard + copy->start +
         plan->streams[copy->stream].column -
         (int64_t)plan->params.pad_top * plan->params.in_width;
}

/* The copies of `count` planes of the input's pitch; sources and copies lie `step`
 * and `to_step` bytes apart. */
static void SBNN_NAME(copy_moved)(const sbnn_host_conv2d* plan,
                                  const uint8_t* source, int64_t step,
                                  int32_t count, int32_t first,
                                  uint32_t pad_bit, uint8_t* to,
                                  int64_t to_step, int32_t samples) {
  for (int32_t i = 0; i < plan->copies_count; ++i) {
    const sbnn_host_copy* copy = &plan->copies[i];
    const int64_t bit = SBNN_NAME(first_bit)(plan, copy);
    if (plan->samples == 1) {
      SBNN_NAME(copy_bits)
      (source, step, count, bit,
       copy->keep + (int64_t)first * SBNN_VECTOR_BYTES, pad_bit,
       to + copy->at, to_step, copy->bytes);
      continue;
    }
    uint64_t keep;
    memcpy(&keep, copy->keep, 8);
    for (int32_t c = 0; c < count; ++c) {
      SBNN_NAME(copy_lanes)
      (source + c * step, plan->source_bytes, samples, bit, keep,
       0u - (uint64_t)pad_bit, to + c * to_step + copy->at,
       plan->lane_bytes);
    }
  }
}

/* The copies of one plane whose streams have another pitch than the input. */
static void SBNN_NAME(copy_streams)(const sbnn_host_conv2d* plan,
                                    const uint8_t* source, int32_t first,
                                    uint32_t pad_bit, uint8_t* stream,
                                    uint8_t* to, int32_t samples) {
  const int64_t band_byte = (int64_t)first * SBNN_VECTOR_BYTES;
  const int64_t skip = 8 * band_byte % plan->params.out_width;
  for (int32_t s = 0; s < samples; ++s) {
    int32_t written = -1;
    for (int32_t i = 0; i < plan->copies_count; ++i) {
      const sbnn_host_copy* copy = &plan->copies[i];
      if (copy->stream != written) {
        written = copy->stream;
        SBNN_NAME_OF_LEVEL(write_stream)
        (plan, &plan->streams[written], source, first, stream);
      }
      if (plan->samples == 1) {
        SBNN_NAME(copy_bits)
        (stream, 0, 1, skip + copy->start, copy->keep + band_byte, pad_bit,
         to + copy->at, 0, copy->bytes);
        continue;
      }
      uint8_t* lane = to + copy->at + s * plan->lane_bytes;
      uint64_t keep, bits;
      memcpy(&keep, copy->keep, 8);
      SBNN_NAME(copy_lanes)
      (stream, 0, 1, copy->start, keep, 0u - (uint64_t)pad_bit,
       (uint8_t*)&bits, plan->lane_bytes);
      memcpy(lane, &bits, (size_t)plan->lane_bytes);
    }
    source += plan->source_bytes;
  }
}

/* Planes of bits that can be read where they lie: guards then fall on other
 * planes. Only the first and the last ones must not be. */
SBNN_INLINE bool SBNN_NAME(lies_well)(const sbnn_host_conv2d* plan, int32_t c,
                                      int64_t base) {
  const int64_t at = (int64_t)c * 4 * plan->in_words + base;
  return plan->same_pitch && plan->samples == 1 && at >= 0 &&
         at + plan->source_bytes <=
             4 * (int64_t)plan->in_words * plan->params.in_channels;
}

/* Samples side by side whose planes fill a lane at most: all of them are moved in
 * one shift. What crosses into another lane comes from outside the image. */
static void SBNN_NAME(copy_side_by_side)(const sbnn_host_conv2d* plan,
                                         const uint8_t* x,
                                         int64_t sample_bytes,
                                         int32_t samples, uint8_t* to) {
  const sbnn_conv2d_params* p = &plan->params;
  const SBNN_V pad = SBNN_NAME(all)(p->pad_value > 0 ? 1u : 0u);
  uint8_t bytes[SBNN_VECTOR_BYTES + 8] = {0};
  for (int32_t c = 0; c < p->in_channels; ++c) {
    for (int32_t s = 0; s < samples; ++s) {
      uint64_t plane = 0;
      if (plan->in_words == 2) {
        memcpy(&plane, x + s * sample_bytes, 8);
      } else {
        memcpy(&plane, x + s * sample_bytes, 4);
      }
      memcpy(bytes + s * plan->lane_bytes, &plane, 8);
    }
    const SBNN_V planes = SBNN_NAME(load)(bytes);
    for (int32_t i = 0; i < plan->copies_count; ++i) {
      const sbnn_host_copy* copy = &plan->copies[i];
      const int64_t move = SBNN_NAME(first_bit)(plan, copy) -
                           8 * (int64_t)plan->source_guard;
      const SBNN_V keep = SBNN_NAME(load)(copy->keep);
      SBNN_V moved = SBNN_NAME(all)(0u);
      if (move >= 0 && move < 64) moved = planes >> (uint64_t)move;
      if (move < 0 && move > -64) moved = planes << (uint64_t)-move;
      SBNN_NAME(store)(to + copy->at, (moved & keep) | (pad & ~keep));
    }
    x += 4 * (int64_t)plan->in_words;
    to += plan->plane_bytes;
  }
}

/* The copies of all planes for the band from vector `first` on. */
static void SBNN_NAME(copy_planes)(const sbnn_host_conv2d* plan,
                                   const void* x, int64_t sample_bytes,
                                   int32_t samples, int32_t first,
                                   uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixel_slices > 1;
  const int32_t channels = p->in_channels;
  uint8_t* source = scratch + plan->source_at;
  uint8_t* to = scratch + plan->copies_at;
  const int64_t step = (int64_t)plan->samples * plan->source_bytes;
  const int64_t to_step = (int64_t)plan->pixel_slices * plan->plane_bytes;
  const int64_t base = sbnn_host_source_base(plan, first);
  if (plan->samples > 1 && plan->same_pitch && !pixels &&
      p->in_height * p->in_width <= 8 * plan->lane_bytes) {
    SBNN_NAME(copy_side_by_side)
    (plan, (const uint8_t*)x, sample_bytes, samples, to);
    return;
  }
  int32_t well = 0, behind = channels; /* [well, behind) lie well */
  if (!pixels) {
    while (well < channels && !SBNN_NAME(lies_well)(plan, well, base)) ++well;
    while (behind > well && !SBNN_NAME(lies_well)(plan, behind - 1, base)) {
      --behind;
    }
  } else {
    well = behind = 0;
  }
  for (int32_t s = 0; s < samples; ++s) {
    const uint8_t* from = (const uint8_t*)x + s * sample_bytes;
    uint8_t* sources = source + (int64_t)s * plan->source_bytes;
    if (pixels) {
      SBNN_NAME_OF_LEVEL(load_pixels)
      (plan, (const int8_t*)from, first, sources, step);
    } else {
      SBNN_NAME_OF_LEVEL(load_bits)(plan, from, 0, well, first, sources, step);
      SBNN_NAME_OF_LEVEL(load_bits)
      (plan, from, behind, channels, first, sources, step);
    }
  }
  if (behind > well) {
    const int64_t plane_bytes = 4 * (int64_t)plan->in_words;
    SBNN_NAME(copy_moved)
    (plan, (const uint8_t*)x + well * plane_bytes + base, plane_bytes,
     behind - well, first, p->pad_value > 0 ? 1u : 0u, to + well * to_step,
     to_step, samples);
  }
  const uint32_t zero = (uint32_t)(p->in_zero_point + 128);
  for (int32_t k = 0; k < plan->pixel_slices; ++k) {
    const uint32_t pad_bit =
        pixels ? (zero >> k) & 1u : p->pad_value > 0 ? 1u : 0u;
    const uint8_t* from = source + k * step;
    const int64_t from_step = step * plan->pixel_slices;
    uint8_t* out = to + (int64_t)k * plan->plane_bytes;
    if (plan->same_pitch) {
      SBNN_NAME(copy_moved)
      (plan, from, from_step, well, first, pad_bit, out, to_step, samples);
      SBNN_NAME(copy_moved)
      (plan, from + behind * from_step, from_step, channels - behind, first,
       pad_bit, out + behind * to_step, to_step, samples);
      continue;
    }
    for (int32_t c = 0; c < channels; ++c) {
      SBNN_NAME(copy_streams)
      (plan, from + c * from_step, first, pad_bit, scratch + plan->stream_at,
       out + c * to_step, samples);
    }
  }
}

/* The sliced sum of the listed copies, on top of `start`. */
SBNN_INLINE void SBNN_NAME(sum_listed)(const sbnn_host_conv2d* plan,
                                       const uint8_t* planes,
                                       const uint32_t* list, int32_t count,
                                       const SBNN_V* start, int32_t slices,
                                       SBNN_V* sum) {
  for (int32_t k = 0; k < slices; ++k) sum[k] = start[k];
  if (plan->pixel_slices > 1) {
    SBNN_NAME(add_pixels)
    (planes, list, count, plan->plane_bytes, slices, sum);
    return;
  }
  for (int32_t k = slices; k < 8; ++k) sum[k] = sum[slices - 1];
  SBNN_NAME(add_long)(planes, list, count, slices < 8 ? 8 : slices, sum);
}

/* alpha_steps times the sum over the whole window, for the words of a band. */
static void SBNN_NAME(sum_windows)(const sbnn_host_conv2d* plan,
                                   int32_t first, int32_t words,
                                   uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const int32_t low = plan->pixel_slices > 1 ? 0 : 1;
  const int32_t sum_slices = plan->window_sum_slices;
  const uint32_t alpha = (uint32_t)(p->domain.alpha_steps < 0
                                        ? -p->domain.alpha_steps
                                        : p->domain.alpha_steps);
  for (int32_t g = 0; g < p->groups; ++g) {
    const uint8_t* planes =
        scratch + plan->copies_at +
        (int64_t)g * plan->group_in * plan->pixel_slices * plan->plane_bytes;
    for (int32_t w = 0; w < words; ++w) {
      const uint8_t* start =
          plan->window_starts + (int64_t)plan->word_class[first + w] *
                                    sum_slices * SBNN_VECTOR_BYTES;
      SBNN_V from[SBNN_HOST_MAX_SLICES], sum[SBNN_HOST_MAX_SLICES];
      SBNN_V out[SBNN_HOST_MAX_SLICES];
      for (int32_t k = 0; k < sum_slices; ++k) {
        from[k] = SBNN_NAME(load)(start + k * SBNN_VECTOR_BYTES);
      }
      sum[0] = from[0];
      SBNN_NAME(sum_listed)
      (plan, planes + w * SBNN_VECTOR_BYTES, plan->window_offsets,
       plan->window_count, from + low, sum_slices - low, sum + low);
      for (int32_t k = 0; k < plan->window_slices; ++k) {
        out[k] = SBNN_NAME(all)(0u);
      }
      for (int32_t bit = 0; (alpha >> bit) != 0u; ++bit) {
        if (((alpha >> bit) & 1u) == 0u) continue;
        SBNN_V carry = SBNN_NAME(all)(0u);
        for (int32_t k = bit; k < plan->window_slices; ++k) {
          const int32_t at = k - bit < sum_slices ? k - bit : sum_slices - 1;
          carry = SBNN_NAME(full_add)(&out[k], sum[at], carry);
        }
      }
      if (p->domain.alpha_steps < 0) {
        SBNN_V carry = SBNN_NAME(all)(1u);
        for (int32_t k = 0; k < plan->window_slices; ++k) {
          out[k] = ~out[k];
          carry = SBNN_NAME(half_add)(&out[k], carry);
        }
      }
      uint8_t* to = scratch + plan->window_at +
                    ((int64_t)g * plan->band_words + w) *
                        plan->window_slices * SBNN_VECTOR_BYTES;
      for (int32_t k = 0; k < plan->window_slices; ++k) {
        SBNN_NAME(store)(to + k * SBNN_VECTOR_BYTES, out[k]);
      }
    }
  }
}

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

/* constants + window, without the `dropped` lowest slices. */
SBNN_INLINE void SBNN_NAME(add_window)(const sbnn_host_conv2d* plan,
                                       const uint8_t* constants,
                                       const uint8_t* window, int32_t slices,
                                       int32_t dropped, SBNN_V* out) {
  SBNN_V carry = SBNN_NAME(all)(0u);
  for (int32_t k = 0; k < slices; ++k) {
    const int32_t at =
        k < plan->window_slices ? k : plan->window_slices - 1;
    SBNN_V sum = SBNN_NAME(load)(constants + k * SBNN_VECTOR_BYTES);
    carry = SBNN_NAME(full_add)(
        &sum, SBNN_NAME(load)(window + at * SBNN_VECTOR_BYTES), carry);
    if (k >= dropped) out[k - dropped] = sum;
  }
}

SBNN_INLINE const uint8_t* SBNN_NAME(start_of)(
    const sbnn_host_conv2d* plan, const sbnn_host_channel* channel,
    int32_t word) {
  return plan->starts +
         (channel->start_at +
          (int64_t)plan->word_class[word] * channel->start_slices) *
             SBNN_VECTOR_BYTES;
}

SBNN_INLINE const uint8_t* SBNN_NAME(window_of)(
    const sbnn_host_conv2d* plan, const sbnn_host_channel* channel, int32_t w,
    const uint8_t* scratch) {
  const int64_t group = channel->channel / plan->group_out;
  return scratch + plan->window_at +
         (group * plan->band_words + w) * plan->window_slices *
             SBNN_VECTOR_BYTES;
}

/* Compares the sums of a channel with its threshold. */
SBNN_INLINE void SBNN_NAME(write_bits)(const sbnn_host_conv2d* plan,
                                       const sbnn_host_channel* channel,
                                       int32_t first, int32_t words,
                                       const uint8_t* scratch, uint8_t* y,
                                       int64_t sample_bytes,
                                       int32_t samples) {
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
      const uint8_t* start[2] = {
          SBNN_NAME(start_of)(plan, channel, first + w), NULL};
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
    (plan, planes + w * SBNN_VECTOR_BYTES, list, channel->count, start,
     slices, sum);
    SBNN_NAME(write_plane)
    (plan, plane, sample_bytes, samples, first + w, sum[slices - 1] ^ flip);
  }
}

/* The numbers that bits of `sliced` stand for: from the top slice, which counts
 * negative, twice the number so far plus a bit. */
SBNN_INLINE void SBNN_NAME(unslice)(const SBNN_V* sliced, int32_t slices,
                                    int32_t* numbers) {
  enum { LANES = SBNN_VECTOR_BYTES / 4 };
  typedef int32_t lanes __attribute__((vector_size(SBNN_VECTOR_BYTES)));
  typedef int32_t lanes_anywhere
      __attribute__((vector_size(SBNN_VECTOR_BYTES), aligned(4), may_alias));
  uint8_t bytes[SBNN_HOST_MAX_SLICES][SBNN_VECTOR_BYTES + 4];
  for (int32_t k = 0; k < slices; ++k) {
    SBNN_NAME(store)(bytes[k], sliced[k]);
  }
#if SBNN_TERNARY
  if (slices <= 16) { /* slices are masks: 32 numbers at a time */
    const __m512i one = _mm512_set1_epi16(1);
    for (int32_t at = 0; at < SBNN_VECTOR_BYTES; at += 4) {
      __m512i sum = _mm512_setzero_si512();
      for (int32_t k = slices - 1; k >= 0; --k) {
        uint32_t mask;
        memcpy(&mask, bytes[k] + at, 4);
        sum = k == slices - 1
                  ? _mm512_mask_sub_epi16(sum, mask, sum, one)
                  : _mm512_add_epi16(
                        _mm512_add_epi16(sum, sum),
                        _mm512_maskz_mov_epi16(mask, one));
      }
      int32_t* to = numbers + 8 * at;
      _mm512_storeu_si512(to, _mm512_cvtepi16_epi32(
                                  _mm512_castsi512_si256(sum)));
      _mm512_storeu_si512(to + 16, _mm512_cvtepi16_epi32(
                                       _mm512_extracti64x4_epi64(sum, 1)));
    }
    return;
  }
#endif
  lanes bit;
  for (int32_t i = 0; i < LANES; ++i) bit[i] = 1 << i;
  for (int32_t at = 0; at < 8 * SBNN_VECTOR_BYTES; at += LANES) {
    lanes sum = {0};
    for (int32_t k = slices - 1; k >= 0; --k) {
      uint32_t some;
      memcpy(&some, bytes[k] + at / 8, 4);
      some >>= at % 8;
      const lanes set = (((lanes){0} + (int32_t)some) & bit) != 0;
      /* -1 where the bit is set: the top slice counts negative. */
      sum = k == slices - 1 ? set : sum + sum - set;
    }
    *(lanes_anywhere*)(numbers + at) = sum;
  }
}

/* The sums of a channel in one word, in steps, as numbers. */
static void SBNN_NAME(number_sums)(const sbnn_host_conv2d* plan,
                                   const sbnn_host_channel* channel,
                                   int32_t first, int32_t w,
                                   const uint8_t* scratch, int32_t* numbers) {
  const uint8_t* planes = scratch + plan->copies_at + w * SBNN_VECTOR_BYTES;
  const uint8_t* constants = SBNN_NAME(start_of)(plan, channel, first + w);
  const int32_t shift = plan->params.domain.shift;
  const int32_t low = channel->start_slices - channel->slices;
  SBNN_V start[SBNN_HOST_MAX_SLICES], sum[SBNN_HOST_MAX_SLICES];
  for (int32_t k = 0; k < shift; ++k) sum[k] = SBNN_NAME(all)(0u);
  for (int32_t k = 0; k < channel->start_slices; ++k) {
    start[k] = SBNN_NAME(load)(constants + k * SBNN_VECTOR_BYTES);
  }
  sum[shift] = start[0];
  SBNN_NAME(sum_listed)
  (plan, planes, plan->offsets + channel->first, channel->count, start + low,
   channel->slices, sum + shift + low);
  int32_t slices = shift + channel->start_slices;
  if (plan->whole_window) {
    const uint8_t* window = SBNN_NAME(window_of)(plan, channel, w, scratch);
    const SBNN_V top = sum[slices - 1];
    int32_t wide = slices > plan->window_slices ? slices : plan->window_slices;
    ++wide;
    SBNN_V carry = SBNN_NAME(all)(0u);
    for (int32_t k = 0; k < wide; ++k) {
      const int32_t at =
          k < plan->window_slices ? k : plan->window_slices - 1;
      if (k >= slices) sum[k] = top;
      carry = SBNN_NAME(full_add)(
          &sum[k], SBNN_NAME(load)(window + at * SBNN_VECTOR_BYTES), carry);
    }
    slices = wide;
  }
  SBNN_NAME(unslice)(sum, slices < 32 ? slices : 32, numbers);
}

static void SBNN_NAME(write_numbers)(const sbnn_host_conv2d* plan,
                                     int32_t begin, int32_t end,
                                     int32_t first, int32_t words,
                                     uint8_t* scratch, uint8_t* y,
                                     int64_t sample_bytes, int32_t samples) {
  enum { BITS = 8 * SBNN_VECTOR_BYTES };
  int32_t* numbers = (int32_t*)(void*)(scratch + plan->numbers_at);
  for (int32_t f = begin; f < end; f += SBNN_HOST_CHANNEL_BLOCK) {
    const int32_t block = end - f < SBNN_HOST_CHANNEL_BLOCK
                              ? end - f
                              : SBNN_HOST_CHANNEL_BLOCK;
    for (int32_t w = 0; w < words; ++w) {
      for (int32_t i = 0; i < block; ++i) {
        SBNN_NAME(number_sums)
        (plan, &plan->channels[f + i], first, w, scratch, numbers + i * BITS);
      }
      if (plan->samples > 1) {
        for (int32_t s = 0; s < samples; ++s) {
          SBNN_NAME_OF_LEVEL(write_block)
          (&plan->output, f, block, 0, plan->positions,
           numbers + s * 8 * plan->lane_bytes, BITS, y + s * sample_bytes);
        }
      } else {
        const int32_t at = (first + w) * BITS;
        const int32_t left = plan->positions - at;
        SBNN_NAME_OF_LEVEL(write_block)
        (&plan->output, f, block, at, left < BITS ? left : BITS, numbers,
         BITS, y);
      }
    }
  }
}

static void SBNN_NAME(conv2d)(const sbnn_host_conv2d* plan,
                              const sbnn_host_conv2d_task* task,
                              uint8_t* scratch, bool copied) {
  const int32_t first = task->band * plan->band_words;
  const int32_t words = plan->words - first < plan->band_words
                            ? plan->words - first
                            : plan->band_words;
  if (!copied) {
    SBNN_NAME(copy_planes)
    (plan, task->x, task->x_bytes, task->samples, first, scratch);
    if (plan->whole_window) {
      SBNN_NAME(sum_windows)(plan, first, words, scratch);
    }
  }
  uint8_t* y = (uint8_t*)task->y;
  if (plan->output.stage != SBNN_CUTS) {
    SBNN_NAME(write_numbers)
    (plan, task->begin, task->end, first, words, scratch, y, task->y_bytes,
     task->samples);
    return;
  }
  for (int32_t i = task->begin; i < task->end; ++i) {
    SBNN_NAME(write_bits)
    (plan, &plan->channels[i], first, words, scratch, y, task->y_bytes,
     task->samples);
  }
}
