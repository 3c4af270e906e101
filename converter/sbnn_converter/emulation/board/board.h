/* Between startup.c and the code of one architecture. */
#ifndef SBNN_BENCH_BOARD_H_
#define SBNN_BENCH_BOARD_H_

#include <stdint.h>

static inline uint32_t* board_stack_pointer(void) {
  uint32_t* pointer;
#if defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(pointer));
#else
  __asm__ volatile("mov %0, sp" : "=r"(pointer));
#endif
  return pointer;
}

/* Asks the emulator (Arm's semihosting, which RISC-V has taken over). */
void board_semihost(uint32_t operation, const void* argument);
/* Fills RAM as C expects it, calls `main` and exits. */
void board_start(void);
void board_fault(void);

#endif /* SBNN_BENCH_BOARD_H_ */
