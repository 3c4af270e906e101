/* Max pooling of planes on hosts; once for each level.
 *
 * Windows of 2 x 2 with stride 2 on rows of 8, 16 or 32 positions, as networks for
 * small images have them: 64 bits hold whole pairs of rows and become 16. Other
 * shapes go to the plain kernel. */

/* 64 / `width` rows: the maximum of each 2 x 2 window, as 16 bits. */
SBNN_INLINE void SBNN_NAME(pool_rows)(sbnn_eight_words* rows, int32_t width) {
  sbnn_eight_words x = *rows;
  x |= x >> (uint64_t)width;
  x |= x >> 1u;
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

static void SBNN_NAME(max_pool2d)(const sbnn_max_pool2d_params* p,
                                  const uint32_t* minimum, const void* x,
                                  void* y) {
  const int64_t in_bits = (int64_t)p->in_height * p->in_width;
  const bool halves =
      p->pool_height == 2 && p->pool_width == 2 && p->stride_height == 2 &&
      p->stride_width == 2 && p->pad_top == 0 && p->pad_left == 0 &&
      p->out_height * 2 == p->in_height && p->out_width * 2 == p->in_width &&
      (p->in_width == 8 || p->in_width == 16 || p->in_width == 32) &&
      in_bits % 64 == 0;
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
