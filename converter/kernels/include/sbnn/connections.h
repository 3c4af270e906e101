/* Connections: the ones of a binary kernel, compressed.
 *
 * A binary kernel with n weights is written as the ascending indices of its
 * ones. The kernel is laid out output channel first, so that one pass over the
 * code meets the connections of channel 0, then those of channel 1, and so on:
 *
 *     conv2d    ((filter * channels + channel) * kernel_height + ky)
 *                   * kernel_width + kx
 *     tap-major ((filter * kernel_height + ky) * kernel_width + kx)
 *                   * channels + channel
 *     dense     unit * inputs + input
 *
 * The second order of convolutions is for those of bits: the connections of a tap follow one another.
 *
 * The code is a sequence of 32-bit little-endian words, at least one, the last
 * filled up with zeros. But for bytes, its bits are taken from
 * each word's most significant bit downwards, which lets "count leading zeros",
 * a single instruction on most cores, read a unary number.
 *
 * SBNN_CODE_RICE writes each connection as the gap to the one before it,
 * d = index - previous - 1 (with previous = -1 in front of the first):
 * d >> parameter zeros, a one, then the low `parameter` bits of d, highest
 * first. Golomb-Rice codes are optimal for geometrically distributed gaps,
 * which is what independent weights have.
 *
 * SBNN_CODE_GOLOMB writes the same gaps with a modulus `parameter` that need not
 * be a power of two: d / parameter zeros, a one, then d % parameter in truncated
 * binary. It is up to 4 % shorter, near a modulus of 3, and slower to read.
 *
 * SBNN_CODE_BITMAP writes each weight as one bit. Above about 38 % ones it is
 * the smaller of the two. Its parameter is 0.
 *
 * SBNN_CODE_BYTES writes the same gaps a byte each, where others save a third of the bytes and
 * take three times as long to read. The first is the lowest of a word. A byte of 255 is no
 * connection, the gap goes on behind 255 weights more; the last word is filled up with them. Its
 * parameter is 1 if there are such bytes in front of the last connection, else 0.
 *
 * SBNN_CODE_SLICED is for dense layers that must be fast: the bitmap of each 32
 * units transposed, so that bit u of word i says whether unit u is connected to
 * input i. Units 0 .. 31 come first, an array of `inputs` words; behind the
 * last units (missing ones are zeros) stands a word a unit with the number of
 * its connections. Its parameter is 0.
 *
 * Signed kernels, of weights -1, 0 and +1, have connections where weights are not
 * 0, coded as above, and a bit for each of them that says which ones subtract. The
 * sliced form has two arrays for each 32 units instead, of what is added and of
 * what is subtracted. To subtract an input is to add its opposite: kernels run a
 * signed kernel as one of ones and zeros over twice the inputs, [x, -x].
 */
#ifndef SBNN_CONNECTIONS_H_
#define SBNN_CONNECTIONS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  SBNN_CODE_BITMAP = 0,
  SBNN_CODE_RICE = 1,
  SBNN_CODE_SLICED = 2,
  SBNN_CODE_GOLOMB = 3,
  SBNN_CODE_BYTES = 4,
  SBNN_CODES /* their number */
};

typedef struct {
  const uint32_t* words;
  int32_t word_count;
  int32_t count;   /* connections in the code */
  int32_t weights; /* weights of the kernel, ones and zeros */
  int32_t most;    /* connections of the output channel with the most of them:
                      sbnn_check_connections finds it */
  uint8_t code;
  uint8_t parameter;
  uint8_t is_signed; /* 1: weights are -1, 0 and +1 */
  /* A bit a connection in the order of the code, lowest bits first: 1 where it
   * subtracts. NULL in the sliced form. */
  const uint32_t* signs;
} sbnn_connections;

/* Whether connection `number`, in the order of the code, subtracts. */
static inline bool sbnn_is_negative(const sbnn_connections* code,
                                    int32_t number) {
  return code->signs != NULL &&
         ((code->signs[number >> 5] >> (number & 31)) & 1u) != 0u;
}

/* Words of the signs of `count` connections. */
static inline int32_t sbnn_sign_words(int32_t count) {
  return count / 32 + (count % 32 != 0 ? 1 : 0);
}

/* The byte of SBNN_CODE_BYTES that is no connection. */
#define SBNN_SKIP 255u

/* Reads a code from its first connection to its last. */
typedef struct {
  const sbnn_connections* code;
  uint32_t bit;  /* next bit of the code */
  int32_t left;  /* connections not yet read */
  int32_t index; /* the connection that `sbnn_next` found last */
} sbnn_connection_reader;

/* What a reader answers behind the last connection: no index reaches it. */
#define SBNN_NO_CONNECTION INT32_MAX

/* Puts `reader` in front of the first connection. */
void sbnn_open_connections(sbnn_connection_reader* reader,
                           const sbnn_connections* code);

/* The index of the next connection, or SBNN_NO_CONNECTION behind the last one
 * and where the code is corrupt. Never reads outside the code's words. */
int32_t sbnn_next_connection(sbnn_connection_reader* reader);

/* True if the code's parameter and the number of its words may be those of a code
 * of `count` connections of output channels with `fan_in` weights each. */
bool sbnn_code_is_possible(const sbnn_connections* code, int32_t fan_in);

/* Reads a whole code, which is possible, once, of output channels with `fan_in` weights each. True if it
 * holds exactly `count` connections, all below `weights`, and ends in its last word
 * with its signs, if it has any; fills in `most`. Kernels rely on it: check a code
 * once before use. Never reads outside the code's words. */
bool sbnn_check_connections(sbnn_connections* code, int32_t fan_in);

#endif /* SBNN_CONNECTIONS_H_ */
