/* The binary domain of a layer's weights, in whole numbers.
 *
 * A weight is alpha + (beta - alpha) * b with b in {0, 1}. The common factor
 * beta - alpha goes into the output's scale; what is left is b + r with
 * r = alpha / (beta - alpha), held to a multiple of 2^-shift:
 *
 *     r = alpha_steps / 2^shift
 *
 * so that a layer's sum over its window is a whole number of steps,
 *
 *     sum = 2^shift * (sum of x over the connections)
 *           + alpha_steps * (sum of x over the whole window),
 *
 * and the second sum is the same for every output channel. Weights {0, 1} are
 * alpha_steps = 0, shift = 0; weights {-1, +1} are alpha_steps = -1, shift = 1.
 */
#ifndef SBNN_DOMAIN_H_
#define SBNN_DOMAIN_H_

#include <stdint.h>

typedef struct {
  int32_t alpha_steps;
  int32_t shift;
} sbnn_domain;

#endif /* SBNN_DOMAIN_H_ */
