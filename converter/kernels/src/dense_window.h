/* The part of a dense layer's sums that all its units share: domain.h. */
#ifndef SBNN_DENSE_WINDOW_H_
#define SBNN_DENSE_WINDOW_H_

#include <stdint.h>

#include "sbnn/dense.h"

/* alpha_steps times the sum of all inputs. */
int32_t sbnn_dense_window_part(const sbnn_dense_params* params,
                               const uint32_t* x);

#endif /* SBNN_DENSE_WINDOW_H_ */
