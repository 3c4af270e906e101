/* Between bit-sliced numbers and plain ones. */
#ifndef SBNN_UNSLICE_H_
#define SBNN_UNSLICE_H_

#include <stdint.h>

/* The 32 numbers in `slices` two's complement slices. */
void sbnn_unslice(const uint32_t* sliced, int32_t slices, int32_t numbers[32]);

/* The same for the low byte of each number: bytes[k] has those of the numbers k, k + 8,
 * k + 16 and k + 24, lowest first. Slices that are missing are as the top one. */
void sbnn_unslice_bytes(const uint32_t* sliced, int32_t slices,
                        uint32_t bytes[8]);

/* The low `slices` bits of 32 numbers, as slices. */
void sbnn_slice(const int32_t numbers[32], int32_t slices, uint32_t* sliced);

#endif /* SBNN_UNSLICE_H_ */
