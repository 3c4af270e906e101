/* For compilers without a C library: what startup_riscv.c defines. */
#ifndef SBNN_FREESTANDING_STRING_H_
#define SBNN_FREESTANDING_STRING_H_

#include <stddef.h>

void* memcpy(void* to, const void* from, size_t bytes);
void* memset(void* at, int value, size_t bytes);
int memcmp(const void* a, const void* b, size_t bytes);
/* Only the ops that read a file's options and names need these. */
int strcmp(const char* a, const char* b);
size_t strlen(const char* text);

#endif /* SBNN_FREESTANDING_STRING_H_ */
