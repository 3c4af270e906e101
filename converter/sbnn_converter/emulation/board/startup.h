/* What a program finds on an emulated board: output, exit, a count of
 * instructions and of stack (startup.c, startup_arm.c, startup_riscv.c). */
#ifndef SBNN_BENCH_STARTUP_H_
#define SBNN_BENCH_STARTUP_H_

#include <stdint.h>

void bench_print(const char* text);
void bench_print_number(uint32_t number);
/* Prints "name number" on a line of its own, for the host to read. */
void bench_report(const char* name, uint32_t number);
void bench_exit(int status);

/* Counts the instructions since bench_start, up to 4 billion, in whole ticks of
 * the board's timer (31 to 50 instructions on Arm, 1 on RISC-V). `bench_stop`
 * stops counting, `bench_now` goes on. */
void bench_start(void);
uint32_t bench_now(void);
uint32_t bench_stop(void);

/* Fills the free part of the stack with a pattern; later tells how many bytes
 * below the caller of `bench_paint_stack` were in use at most, give or take the
 * few that these functions take themselves. */
void bench_paint_stack(void);
uint32_t bench_stack_used(void);

#endif /* SBNN_BENCH_STARTUP_H_ */
