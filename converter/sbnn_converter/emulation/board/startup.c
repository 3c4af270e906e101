/* The part of the boards that is alike on all of them. */
#include "startup.h"

#include "board.h"

extern uint32_t sbnn_data_load[], sbnn_data_start[], sbnn_data_end[];
extern uint32_t sbnn_bss_start[], sbnn_bss_end[];

int main(void);

void bench_print(const char* text) { board_semihost(0x04u, text); }

void bench_exit(int status) {
  /* SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit. */
  const uint32_t block[2] = {0x20026u, (uint32_t)status};
  board_semihost(0x20u, block);
  for (;;) {
  }
}

void bench_print_number(uint32_t number) {
  char digits[11];
  char* at = digits + 10;
  *at = '\0';
  do {
    *--at = (char)('0' + number % 10u);
    number /= 10u;
  } while (number != 0u);
  bench_print(at);
}

void bench_report(const char* name, uint32_t number) {
  bench_print(name);
  bench_print(" ");
  bench_print_number(number);
  bench_print("\n");
}

enum { PAINT = 0x5EED5AFE };
static uint32_t* painted_top;

__attribute__((noinline)) void bench_paint_stack(void) {
  uint32_t* top = board_stack_pointer();
  for (volatile uint32_t* at = sbnn_bss_end; at < top; ++at) *at = PAINT;
  painted_top = top;
}

uint32_t bench_stack_used(void) {
  const volatile uint32_t* at = sbnn_bss_end;
  while (at < painted_top && *at == PAINT) ++at;
  return 4u * (uint32_t)(painted_top - at);
}

/* Aligned as RISC-V wants the address of its trap handler. */
__attribute__((aligned(4))) void board_fault(void) {
  bench_print("fault\n");
  bench_exit(3);
}

void board_start(void) {
  uint32_t* from = sbnn_data_load;
  for (uint32_t* to = sbnn_data_start; to < sbnn_data_end;) *to++ = *from++;
  for (uint32_t* to = sbnn_bss_start; to < sbnn_bss_end;) *to++ = 0u;
  bench_exit(main());
}
