/* Max pooling of planes on hosts; once for each level.
 *
 * Windows of 2 x 2 with stride 2 on rows of 8, 16 or 32 positions, as networks for
 * small images have them: 64 bits hold whole pairs of rows and become 16. Other
 * shapes go to the plain kernel. */

/* 64 / `width` rows: the upper left bit of each 2 x 2 window, as 16 bits. */
SBNN_INLINE void SBNN_NAME(close_windows)(sbnn_eight_words* rows,
                                          int32_t width) {
  sbnn_eight_words x = *rows;
  if (width == 8) {
    x &= 0x0055005500550055u;
  } else if (width == 16) {
    x &= 0x0000555500005555u;
  } else {
    x &= 0x0000000055555555u;
  }
  x = (x | (x >> 1u)) & 0x3333333333333333u;
  x = (x | (x >> 2u)) & 0x0F0F0F0F0F0F0F0Fu;
  if (width == 8) { /* four nibbles, 16 bits apart */
    x = (x | (x >> 12u)) & 0x000000FF000000FFu;
    x |= x >> 24u;
  } else if (width == 16) { /* pairs of nibbles, 8 bits apart */
    x = (x | (x >> 4u)) & 0x000000FF000000FFu;
    x |= x >> 24u;
  } else {
    x = (x | (x >> 4u)) & 0x00FF00FF00FF00FFu;
    x |= x >> 8u;
  }
  *rows = x & 0xFFFFu;
}

/* The same of the maximum of each window. */
SBNN_INLINE void SBNN_NAME(pool_rows)(sbnn_eight_words* rows, int32_t width) {
  sbnn_eight_words x = *rows;
  x |= x >> (uint64_t)width;
  x |= x >> 1u;
  SBNN_NAME(close_windows)(&x, width);
  *rows = x;
}

#define SBNN_POOL_ALL(width)                              \
  for (; i + 8 <= words; i += 8) {                        \
    sbnn_eight_words some;                                \
    memcpy(&some, from + 8 * i, sizeof(some));            \
    some ^= flip;                                         \
    SBNN_NAME(pool_rows)(&some, width);                   \
    some ^= flip & 0xFFFFu;                               \
    const sbnn_eight_halves out =                         \
        __builtin_convertvector(some, sbnn_eight_halves); \
    memcpy(to + 2 * i, &out, sizeof(out));                \
  }                                                       \
  for (; i < words; ++i) {                                \
    sbnn_eight_words some = {0};                          \
    uint64_t one;                                         \
    memcpy(&one, from + 8 * i, 8);                        \
    some[0] = one;                                        \
    some ^= flip;                                         \
    SBNN_NAME(pool_rows)(&some, width);                   \
    some ^= flip & 0xFFFFu;                               \
    const uint16_t out = (uint16_t)some[0];               \
    memcpy(to + 2 * i, &out, 2);                          \
  }

/* `words` words of 64 bits to as many halves; all of one kind, maximum or (with
 * `flip` all ones) minimum. */
static void SBNN_NAME(pool_run)(const uint8_t* from, int64_t words,
                                int32_t width, uint64_t flip_bits,
                                uint8_t* to) {
  const sbnn_eight_words flip = (sbnn_eight_words){0} + flip_bits;
  int64_t i = 0;
  if (width == 8) {
    SBNN_POOL_ALL(8)
  } else if (width == 16) {
    SBNN_POOL_ALL(16)
  } else {
    SBNN_POOL_ALL(32)
  }
}

/* Of each window of the numbers that eight words of several planes hold, the largest:
 * from the top plane down a number stays in the race as long as it has a 1 wherever
 * one that is still in it has. Planes lie 64 bytes apart, and 16 when written. */
SBNN_INLINE void SBNN_NAME(pool_numbers)(const uint8_t* numbers, int32_t planes,
                                         int32_t width, const uint8_t* flips,
                                         uint8_t* largest) {
  sbnn_eight_words flip;
  memcpy(&flip, flips, sizeof(flip));
  sbnn_eight_words a = ~(sbnn_eight_words){0}, b = a, c = a, d = a;
  for (int32_t i = planes - 1; i >= 0; --i) {
    sbnn_eight_words upper;
    memcpy(&upper, numbers + 64 * i, sizeof(upper));
    upper ^= flip;
    const sbnn_eight_words lower = upper >> (uint64_t)width;
    const sbnn_eight_words p = upper & a, q = (upper >> 1u) & b;
    const sbnn_eight_words r = lower & c, s = (lower >> 1u) & d;
    sbnn_eight_words best = p | q | r | s;
    a = p | (a & ~best);
    b = q | (b & ~best);
    c = r | (c & ~best);
    d = s | (d & ~best);
    SBNN_NAME(close_windows)(&best, width);
    best ^= flip & 0xFFFFu;
    const sbnn_eight_halves out =
        __builtin_convertvector(best, sbnn_eight_halves);
    memcpy(largest + 16 * i, &out, sizeof(out));
  }
}

/* Planes of `words` words, 1, 2 or 4: so many channels at a time as fill eight. */
static void SBNN_NAME(pool_planes)(const sbnn_max_pool2d_params* p,
                                   int32_t planes, const uint32_t* minimum,
                                   int32_t words, const uint8_t* from,
                                   uint8_t* to) {
  const int32_t together = 8 / words;
  const int32_t out_bytes = words == 1 ? 4 : 2 * words;
  uint8_t numbers[64 * SBNN_MAX_PLANES] = {0};
  uint8_t largest[16 * SBNN_MAX_PLANES + 2] = {0};
  uint64_t flips[8] = {0};
  for (int32_t c = 0; c < p->channels; c += together) {
    const int32_t left = p->channels - c;
    const int32_t count = left < together ? left : together;
    for (int32_t k = 0; k < count; ++k) {
      for (int32_t w = 0; w < words; ++w) {
        flips[k * words + w] = 0u - (uint64_t)sbnn_get_bit(minimum, c + k);
      }
      for (int32_t i = 0; i < planes; ++i) {
        for (int32_t w = 0; w < words; ++w) {
          memcpy(numbers + 64 * i + 8 * (k * words + w), from, 8);
          from += 8;
        }
      }
    }
    SBNN_NAME(pool_numbers)
    (numbers, planes, p->in_width, (const uint8_t*)flips, largest);
    for (int32_t k = 0; k < count; ++k) {
      for (int32_t i = 0; i < planes; ++i) {
        const uint8_t* some = largest + 16 * i + 2 * words * k;
        for (int32_t at = 0; at < out_bytes; at += 4) {
          uint32_t bits;
          memcpy(&bits, some + at, 4);
          if (words == 1) bits &= 0xFFFFu; /* half of a word */
          memcpy(to, &bits, 4);
          to += 4;
        }
      }
    }
  }
}

/* Planes of eight words and more: eight words of each plane of a channel at a time. */
static void SBNN_NAME(pool_large_planes)(const sbnn_max_pool2d_params* p,
                                         int32_t planes,
                                         const uint32_t* minimum, int64_t words,
                                         const uint8_t* from, uint8_t* to) {
  uint8_t numbers[64 * SBNN_MAX_PLANES];
  uint8_t largest[16 * SBNN_MAX_PLANES];
  uint64_t flips[8];
  for (int32_t c = 0; c < p->channels; ++c) {
    const uint64_t flip = 0u - (uint64_t)sbnn_get_bit(minimum, c);
    for (int32_t w = 0; w < 8; ++w) flips[w] = flip;
    for (int64_t w = 0; w < words; w += 8) {
      for (int32_t i = 0; i < planes; ++i) {
        memcpy(numbers + 64 * i, from + 8 * (i * words + w), 64);
      }
      SBNN_NAME(pool_numbers)
      (numbers, planes, p->in_width, (const uint8_t*)flips, largest);
      for (int32_t i = 0; i < planes; ++i) {
        memcpy(to + 2 * (i * words + w), largest + 16 * i, 16);
      }
    }
    from += 8 * planes * words;
    to += 2 * planes * words;
  }
}

static void SBNN_NAME(max_pool2d)(const sbnn_max_pool2d_params* p,
                                  int32_t planes, const uint32_t* minimum,
                                  const void* x, void* y) {
  const int64_t in_bits = (int64_t)p->in_height * p->in_width;
  const bool halves =
      p->pool_height == 2 && p->pool_width == 2 && p->stride_height == 2 &&
      p->stride_width == 2 && p->pad_top == 0 && p->pad_left == 0 &&
      p->out_height * 2 == p->in_height && p->out_width * 2 == p->in_width &&
      (p->in_width == 8 || p->in_width == 16 || p->in_width == 32) &&
      in_bits % 64 == 0;
  if (planes > 1) {
    const int64_t in_words = in_bits / 64;
    if (halves && (in_words == 1 || in_words == 2 || in_words == 4)) {
      SBNN_NAME(pool_planes)
      (p, planes, minimum, (int32_t)in_words, (const uint8_t*)x, (uint8_t*)y);
    } else if (halves && in_words % 8 == 0) {
      SBNN_NAME(pool_large_planes)
      (p, planes, minimum, in_words, (const uint8_t*)x, (uint8_t*)y);
    } else {
      sbnn_max_pool2d_planes(p, planes, minimum, (const uint32_t*)x,
                             (uint32_t*)y);
    }
    return;
  }
  if (!halves) {
    sbnn_max_pool2d_bits(p, minimum, (const uint32_t*)x, (uint32_t*)y);
    return;
  }
  const uint8_t* from = (const uint8_t*)x;
  uint8_t* to = (uint8_t*)y;
  const int64_t words = in_bits / 64;
  const int64_t out_bytes =
      4 * (int64_t)sbnn_plane_words((int32_t)(in_bits / 4));
  for (int32_t c = 0; c < p->channels;) {
    const uint32_t mark = sbnn_get_bit(minimum, c);
    int32_t end = c + 1;
    if (words % 2 == 0) { /* planes follow without gaps: as one */
      while (end < p->channels && sbnn_get_bit(minimum, end) == mark) ++end;
    }
    SBNN_NAME(pool_run)
    (from, words * (end - c), p->in_width, 0u - (uint64_t)mark, to);
    if (words % 2 != 0) memset(to + 2 * words, 0, 2);
    from += 8 * words * (end - c);
    to += out_bytes * (end - c);
    c = end;
  }
}
