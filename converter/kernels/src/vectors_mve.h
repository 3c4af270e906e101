/* The intrinsics of Armv8.1-M's vectors, where there are any. The macro keeps the header out of what
 * exports of one file include at their top. */
#ifndef SBNN_VECTORS_MVE_H_
#define SBNN_VECTORS_MVE_H_

#include "inline.h"

#ifdef SBNN_MVE
#define SBNN_MVE_INTRINSICS <arm_mve.h>
#include SBNN_MVE_INTRINSICS
#endif

#endif /* SBNN_VECTORS_MVE_H_ */
