/* For compilers without a C library: what startup_riscv.c defines. */
#ifndef SBNN_FREESTANDING_STRING_H_
#define SBNN_FREESTANDING_STRING_H_

#include <stddef.h>

void* memcpy(void* to, const void* from, size_t bytes);
void* memset(void* at, int value, size_t bytes);
int memcmp(const void* a, const void* b, size_t bytes);

#endif /* SBNN_FREESTANDING_STRING_H_ */
