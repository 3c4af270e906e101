/* All that a level compiles once for each width of vectors. The file that includes
 * this defines SBNN_VECTOR_BYTES and SBNN_NAME for the width; see vector_adders.h. */
#include "vector_adders.h"
#include "vector_sums.h"
#include "conv2d_copies_run.h"
#include "conv2d_sums_run.h"
#include "conv2d_planes_run.h"
#include "conv2d_bits_run.h"
#include "conv2d_levels_run.h"
#include "conv2d_numbers_run.h"
#include "conv2d_run.h"
