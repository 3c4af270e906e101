/* A convolution's copies of its input planes, moved so that each tap reads whole
 * vectors: conv2d_plan.h. A round for each width of vectors: vector_adders.h. */

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
                                       uint64_t keep, uint64_t pad, uint8_t* to,
                                       int32_t lane) {
  const uint8_t* from = source + (bit >> 3);
  const uint32_t right = (uint32_t)(bit & 7);
  for (int32_t s = 0; s < samples; ++s) {
    uint64_t low, high;
    memcpy(&low, from, 8);
    memcpy(&high, from + 1, 8);
    low = (((low >> right) | (high << (8u - right))) & keep) | (pad & ~keep);
    if (s * lane + 8 <= SBNN_VECTOR_BYTES) {
      memcpy(to, &low, 8); /* the next lanes are written later */
    } else {               /* not beyond the vector */
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
       copy->keep + (int64_t)first * SBNN_VECTOR_BYTES, pad_bit, to + copy->at,
       to_step, copy->bytes);
      continue;
    }
    uint64_t keep;
    memcpy(&keep, copy->keep, 8);
    for (int32_t c = 0; c < count; ++c) {
      SBNN_NAME(copy_lanes)
      (source + c * step, plan->source_bytes, samples, bit, keep,
       0u - (uint64_t)pad_bit, to + c * to_step + copy->at, plan->lane_bytes);
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
      (stream, 0, 1, copy->start, keep, 0u - (uint64_t)pad_bit, (uint8_t*)&bits,
       plan->lane_bytes);
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
         at + plan->source_bytes <= 4 * (int64_t)plan->in_words *
                                        plan->params.in_channels * plan->levels;
}

/* Planes side by side that fill a lane each at most: of `lanes` samples, or of a channel.
 * All of them are moved in one shift. What crosses into another lane comes from outside
 * the image. `step` and `lane_step`: from one vector's planes to the next one's, and
 * from one lane's to the next one's. */
static void SBNN_NAME(copy_side_by_side)(const sbnn_host_conv2d* plan,
                                         const uint8_t* x, int32_t vectors,
                                         int64_t step, int32_t lanes,
                                         int64_t lane_step, uint8_t* to) {
  const SBNN_V pad = SBNN_NAME(all)(plan->params.pad_value > 0 ? 1u : 0u);
  uint8_t bytes[SBNN_VECTOR_BYTES + 8] = {0};
  for (int32_t c = 0; c < vectors; ++c) {
    for (int32_t s = 0; s < lanes; ++s) {
      uint64_t plane = 0;
      if (plan->in_words == 2) {
        memcpy(&plane, x + s * lane_step, 8);
      } else {
        memcpy(&plane, x + s * lane_step, 4);
      }
      memcpy(bytes + s * plan->lane_bytes, &plane, 8);
    }
    const SBNN_V planes = SBNN_NAME(load)(bytes);
    for (int32_t i = 0; i < plan->copies_count; ++i) {
      const sbnn_host_copy* copy = &plan->copies[i];
      const int64_t move =
          SBNN_NAME(first_bit)(plan, copy) - 8 * (int64_t)plan->source_guard;
      const SBNN_V keep = SBNN_NAME(load)(copy->keep);
      SBNN_V moved = SBNN_NAME(all)(0u);
      if (move >= 0 && move < 64) moved = planes >> (uint64_t)move;
      if (move < 0 && move > -64) moved = planes << (uint64_t)-move;
      SBNN_NAME(store)(to + copy->at, (moved & keep) | (pad & ~keep));
    }
    x += step;
    to += plan->plane_bytes;
  }
}

/* The copies of all planes for the band from vector `first` on. */
static void SBNN_NAME(copy_planes)(const sbnn_host_conv2d* plan, const void* x,
                                   int64_t sample_bytes, int32_t samples,
                                   int32_t first, uint8_t* scratch) {
  const sbnn_conv2d_params* p = &plan->params;
  const bool pixels = plan->pixels;
  /* Planes that are padded alike have a step between them. */
  const int32_t slices = pixels ? plan->levels : 1;
  const int32_t planes = p->in_channels * plan->levels / slices;
  uint8_t* source = scratch + plan->source_at;
  uint8_t* to = scratch + plan->copies_at;
  const int64_t step = (int64_t)plan->samples * plan->source_bytes;
  const int64_t to_step = (int64_t)slices * plan->plane_bytes;
  const int64_t base = sbnn_host_source_base(plan, first);
  const int64_t plane_bytes = 4 * (int64_t)plan->in_words;
  if (plan->samples > 1 && plan->same_pitch && !pixels &&
      p->in_height * p->in_width <= 8 * plan->lane_bytes) {
    SBNN_NAME(copy_side_by_side)
    (plan, (const uint8_t*)x, planes, plane_bytes, samples, sample_bytes, to);
    return;
  }
  if (plan->together == 2) {
    SBNN_NAME(copy_side_by_side)
    (plan, (const uint8_t*)x, p->in_channels, 2 * plane_bytes, 2, plane_bytes,
     to);
    return;
  }
  int32_t well = 0, behind = planes; /* [well, behind) lie well */
  if (!pixels) {
    while (well < planes && !SBNN_NAME(lies_well)(plan, well, base)) ++well;
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
      (plan, from, behind, planes, first, sources, step);
    }
  }
  if (behind > well) {
    SBNN_NAME(copy_moved)
    (plan, (const uint8_t*)x + well * plane_bytes + base, plane_bytes,
     behind - well, first, p->pad_value > 0 ? 1u : 0u, to + well * to_step,
     to_step, samples);
  }
  const uint32_t zero = (uint32_t)(p->in_zero_point + 128);
  for (int32_t k = 0; k < slices; ++k) {
    const uint32_t pad_bit = pixels             ? (zero >> k) & 1u
                             : p->pad_value > 0 ? 1u
                                                : 0u;
    const uint8_t* from = source + k * step;
    const int64_t from_step = step * slices;
    uint8_t* out = to + (int64_t)k * plan->plane_bytes;
    if (plan->same_pitch) {
      SBNN_NAME(copy_moved)
      (plan, from, from_step, well, first, pad_bit, out, to_step, samples);
      SBNN_NAME(copy_moved)
      (plan, from + behind * from_step, from_step, planes - behind, first,
       pad_bit, out + behind * to_step, to_step, samples);
      continue;
    }
    for (int32_t c = 0; c < planes; ++c) {
      SBNN_NAME(copy_streams)
      (plan, from + c * from_step, first, pad_bit, scratch + plan->stream_at,
       out + c * to_step, samples);
    }
  }
}
