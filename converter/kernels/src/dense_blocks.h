/* The inner loop of streamed dense layers, for Thumb-2. */
#ifndef SBNN_DENSE_BLOCKS_H_
#define SBNN_DENSE_BLOCKS_H_

#include <stdint.h>

#include "inline.h"

#ifdef SBNN_THUMB2

/* How far a layer has come. The assembler code knows this struct as it stands. */
typedef struct {
  uintptr_t at;  /* address of the input of the connection read last */
  int32_t sum;   /* of the unit so far */
  uint32_t bit;  /* next bit of the code */
  const uint32_t* words;
  uint32_t last_window; /* where a window would reach behind the code */
  uintptr_t end;        /* address behind the inputs */
  uintptr_t inputs;     /* their number */
  void (*finish)(void* layer, int32_t sum); /* takes the sum of a unit */
  void* layer;
} sbnn_dense_cursor;

/* Parameters of the Rice code that it knows. */
enum { SBNN_DENSE_BLOCKS_LEAST = 3, SBNN_DENSE_BLOCKS_MOST = 5 };

/* Adds connections until the end of the code is near or less than two of them
 * fit into a window. */
void sbnn_dense_blocks_thumb2(sbnn_dense_cursor* cursor, uint32_t parameter);

#endif
#endif /* SBNN_DENSE_BLOCKS_H_ */
