/* QEMU's RISC-V board `virt`: first instructions, semihosting, the counter of
 * instructions, the three functions that compilers take for granted, and two for
 * text. */
#include <stddef.h>
#include <string.h>

#include "board.h"
#include "startup.h"

/* Control registers count as an extension that -march=rv32imac leaves out. */
#define WITH_CSR(instruction) \
  ".option push\n\t.option arch, +zicsr\n\t" instruction "\n\t.option pop"

void sbnn_reset(void);

/* A marked pair of instructions around `ebreak` makes it a semihosting call.
 * All three must be of 4 bytes and lie in one page. */
void board_semihost(uint32_t operation, const void* argument) {
  register uint32_t a0 __asm__("a0") = operation;
  register const void* a1 __asm__("a1") = argument;
  __asm__ volatile(
      ".option push\n\t"
      ".option norvc\n\t"
      ".balign 16\n\t"
      "slli zero, zero, 0x1f\n\t"
      "ebreak\n\t"
      "srai zero, zero, 0x7\n\t"
      ".option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
}

static uint32_t started;

static uint32_t retired(void) {
  uint32_t count;
  __asm__ volatile(WITH_CSR("csrr %0, minstret") : "=r"(count));
  return count;
}

void bench_start(void) { started = retired(); }
uint32_t bench_now(void) { return retired() - started; }
uint32_t bench_stop(void) { return retired() - started; }

void* memcpy(void* restrict to, const void* restrict from, size_t bytes) {
  uint8_t* t = (uint8_t*)to;
  const uint8_t* f = (const uint8_t*)from;
  if (((uintptr_t)t | (uintptr_t)f) % 4u == 0u) {
    for (; bytes >= 4u; bytes -= 4u, t += 4, f += 4) {
      *(uint32_t*)(void*)t = *(const uint32_t*)(const void*)f;
    }
  }
  while (bytes-- > 0u) *t++ = *f++;
  return to;
}

void* memset(void* at, int value, size_t bytes) {
  uint8_t* t = (uint8_t*)at;
  const uint8_t byte = (uint8_t)value;
  for (; bytes > 0u && (uintptr_t)t % 4u != 0u; --bytes) *t++ = byte;
  for (; bytes >= 4u; bytes -= 4u, t += 4) {
    *(uint32_t*)(void*)t = 0x01010101u * byte;
  }
  while (bytes-- > 0u) *t++ = byte;
  return at;
}

int memcmp(const void* a, const void* b, size_t bytes) {
  const uint8_t* x = (const uint8_t*)a;
  const uint8_t* y = (const uint8_t*)b;
  for (; bytes > 0u; --bytes, ++x, ++y) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}

__attribute__((section(".vectors"), naked, used)) void sbnn_reset(void) {
  __asm__ volatile(
      "la sp, sbnn_stack_top\n\t"
      "la t0, board_fault\n\t"
      WITH_CSR("csrw mtvec, t0") "\n\t"
      "j board_start");
}

int strcmp(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return (unsigned char)*a - (unsigned char)*b;
}

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}
