/* Output, exit and instruction counts for programs under QEMU (startup.c). */
#ifndef SBNN_BENCH_STARTUP_H_
#define SBNN_BENCH_STARTUP_H_

#include <stdint.h>

void bench_print(const char* text);
void bench_print_number(uint32_t number);
/* Prints "name number" on a line of its own, for run.py. */
void bench_report(const char* name, uint32_t number);
void bench_exit(int status);

/* Counts the instructions between the two calls, up to 4 billion. */
void bench_start(void);
uint32_t bench_stop(void);

#endif /* SBNN_BENCH_STARTUP_H_ */
