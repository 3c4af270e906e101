/* The input of a band, before it is copied: planes with room around them, pixels
 * bit-sliced, and streams of another pitch than the input's. Once for each level
 * of instructions; SBNN_NAME names it. */

SBNN_INLINE uint64_t SBNN_NAME(load64)(const uint8_t* from) {
  uint64_t out;
  memcpy(&out, from, 8);
  return out;
}

/* Bit 7 - i of each of 64 bytes, as the 64 bits of slices[7 - i]. */
SBNN_INLINE void SBNN_NAME(slice_bytes)(const uint8_t* bytes,
                                        uint64_t* slices) {
#if SBNN_TERNARY
  __m512i v = _mm512_loadu_si512(bytes);
  for (int32_t k = 7; k >= 0; --k) {
    slices[k] = _mm512_movepi8_mask(v);
    v = _mm512_add_epi8(v, v);
  }
#elif defined(__SSE2__)
  for (int32_t k = 0; k < 8; ++k) slices[k] = 0;
  for (int32_t part = 0; part < 64; part += 16) {
    __m128i v = _mm_loadu_si128((const __m128i*)(const void*)(bytes + part));
    for (int32_t k = 7; k >= 0; --k) {
      slices[k] |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << part;
      v = _mm_add_epi8(v, v);
    }
  }
#else
  for (int32_t k = 0; k < 8; ++k) slices[k] = 0;
  for (int32_t part = 0; part < 64; part += 8) {
    const uint64_t eight = SBNN_NAME(load64)(bytes + part);
    for (int32_t k = 0; k < 8; ++k) {
      /* Moves the lowest bit of byte i to bit 56 + i. */
      const uint64_t gathered =
          ((eight >> k) & 0x0101010101010101u) * 0x0102040810204080u;
      slices[k] |= (gathered >> 56) << part;
    }
  }
#endif
}

/* The part of the planes `begin` to `end` of one sample that the band from vector
 * `first` on reads. `step`: bytes from one plane's source to the next. */
static void SBNN_NAME(load_bits)(const sbnn_host_conv2d* plan, const uint8_t* x,
                                 int32_t begin, int32_t end, int32_t first,
                                 uint8_t* to, int64_t step) {
  const int64_t plane_bytes = 4 * (int64_t)plan->in_words;
  const int64_t base = sbnn_host_source_base(plan, first);
  const int64_t from = base < 0 ? 0 : base;
  int64_t behind = base + plan->source_bytes;
  if (behind > plane_bytes) behind = plane_bytes;
  if (from >= behind) return;
  for (int32_t c = begin; c < end; ++c) {
    memcpy(to + c * step + (from - base), x + c * plane_bytes + from,
           (size_t)(behind - from));
  }
}

/* The same for pixels: eight planes a channel. */
static void SBNN_NAME(load_pixels)(const sbnn_host_conv2d* plan,
                                   const int8_t* x, int32_t first, uint8_t* to,
                                   int64_t step) {
  const int32_t channels = plan->params.in_channels;
  const int64_t positions =
      (int64_t)plan->params.in_height * plan->params.in_width;
  const int64_t base = sbnn_host_source_base(plan, first);
  const int64_t from = base < 0 ? 0 : base;
  int64_t behind = base + plan->source_bytes;
  if (behind > (positions + 7) / 8) behind = (positions + 7) / 8;
  to += from - base;
  for (int64_t at = from; at < behind; at += 8) {
    int64_t count = positions - 8 * at;
    if (count > 64) count = 64;
    const int64_t room = behind - at < 8 ? behind - at : 8;
    for (int32_t c = 0; c < channels; ++c) {
      uint8_t bytes[64];
      const int8_t* pixel = x + 8 * at * channels + c;
      if (count < 64) memset(bytes, 0, sizeof(bytes));
      if (count == 64 && channels == 3) { /* colours: the usual number */
        for (int32_t i = 0; i < 64; ++i) {
          bytes[i] = (uint8_t)(pixel[i * 3] ^ -128);
        }
      } else {
        for (int64_t i = 0; i < count; ++i) {
          bytes[i] = (uint8_t)(pixel[i * channels] ^ -128);
        }
      }
      uint64_t slices[8];
      SBNN_NAME(slice_bytes)(bytes, slices);
      uint8_t* out = to + (at - from) + c * 8 * step;
      for (int32_t k = 0; k < 8; ++k) {
        if (room == 8) {
          memcpy(out, &slices[k], 8);
        } else {
          memcpy(out, &slices[k], (size_t)room);
        }
        out += step;
      }
    }
  }
}

/* Every stride-th bit, from bit 0 on, moved together. */
SBNN_INLINE uint64_t SBNN_NAME(thin)(uint64_t bits, int32_t stride) {
  if (stride == 1) return bits;
  if (stride == 2) {
    bits &= 0x5555555555555555u;
    bits = (bits | (bits >> 1)) & 0x3333333333333333u;
    bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0Fu;
    bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FFu;
    bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFFu;
    return (bits | (bits >> 16)) & 0x00000000FFFFFFFFu;
  }
  uint64_t out = 0;
  int32_t to = 0;
  for (int32_t from = 0; from < 64; from += stride) {
    out |= ((bits >> from) & 1u) << to++;
  }
  return out;
}

/* Writes the rows of one plane's stream that the band reads, with the output's
 * pitch. What lies outside the image is not written: copies leave it out. */
static void SBNN_NAME(write_stream)(const sbnn_host_conv2d* plan,
                                    const sbnn_host_stream* stream,
                                    const uint8_t* source, int32_t first,
                                    uint8_t* to) {
  const sbnn_conv2d_params* p = &plan->params;
  enum { CHUNK = 56 }; /* bits that a load from any byte is sure to hold */
  const int32_t chunk = (CHUNK + p->stride_width - 1) / p->stride_width;
  const int64_t base = 8 * sbnn_host_source_base(plan, first);
  const int64_t row = 8 * (int64_t)first * plan->vector_bytes / p->out_width;
  const int64_t bits = 8 * (int64_t)(plan->stream_bytes - SBNN_HOST_SLACK);
  int32_t begin = 0, end = p->out_width; /* columns inside the image */
  while (begin < end && begin * p->stride_width + stream->column < 0) ++begin;
  while (end > begin &&
         (end - 1) * p->stride_width + stream->column >= p->in_width) {
    --end;
  }
  memset(to, 0, (size_t)plan->stream_bytes);
  for (int64_t r = 0; r * p->out_width < bits; ++r) {
    const int64_t y = (row + r) * p->stride_height + stream->rho - p->pad_top;
    if (y < 0) continue;
    if (y >= p->in_height) break;
    for (int32_t ox = begin; ox < end; ox += chunk) {
      const int64_t bit = y * p->in_width + (int64_t)ox * p->stride_width +
                          stream->column - base;
      const int64_t at = r * p->out_width + ox;
      const int32_t count = end - ox < chunk ? end - ox : chunk;
      if (at + count > bits) break;
      uint64_t some = SBNN_NAME(load64)(source + (bit >> 3)) >> (bit & 7);
      some = SBNN_NAME(thin)(some, p->stride_width);
      some &= ~(uint64_t)0 >> (64 - count);
      uint64_t old = SBNN_NAME(load64)(to + (at >> 3));
      old |= some << (at & 7);
      memcpy(to + (at >> 3), &old, 8);
    }
  }
}
