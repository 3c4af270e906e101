/* The least a program needs on an Arm MPS2 board in QEMU: vectors, RAM set up,
 * output and exit through semihosting, and a count of instructions.
 *
 * Under `-icount shift=0` each instruction takes one nanosecond of the virtual
 * clock, so SysTick, driven at 25 MHz (20 MHz on the an505), ticks once every
 * 40 (50) instructions, exactly alike in every run. Its 24 bits would wrap
 * after 671 million instructions: the handler counts the wraps. */
#include "startup.h"

extern uint32_t sbnn_data_load[], sbnn_data_start[], sbnn_data_end[];
extern uint32_t sbnn_bss_start[], sbnn_bss_end[], sbnn_stack_top[];

int main(void);
void sbnn_reset(void);

static volatile uint32_t wraps;

static void semihost(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void bench_exit(int status) {
  /* SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit. */
  const uint32_t block[2] = {0x20026u, (uint32_t)status};
  semihost(0x20u, block);
  for (;;) {
  }
}

void bench_print(const char* text) { semihost(0x04u, text); }

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

#define SYSTICK ((volatile uint32_t*)0xE000E010u)

static void on_systick(void) { ++wraps; }

static void on_fault(void) {
  bench_print("fault\n");
  bench_exit(3);
}

void bench_start(void) {
  SYSTICK[0] = 0u;
  wraps = 0u;
  SYSTICK[1] = 0xFFFFFFu;
  SYSTICK[2] = 0u;
  SYSTICK[0] = 7u; /* enabled, with interrupt, from the processor clock */
}

uint32_t bench_stop(void) {
  const uint32_t left = SYSTICK[2];
  SYSTICK[0] = 0u;
  const uint32_t ticks = wraps * 0x1000000u + (0xFFFFFFu - left);
  return ticks * SBNN_BENCH_INSTRUCTIONS_PER_TICK;
}

void sbnn_reset(void) {
  uint32_t* from = sbnn_data_load;
  for (uint32_t* to = sbnn_data_start; to < sbnn_data_end;) *to++ = *from++;
  for (uint32_t* to = sbnn_bss_start; to < sbnn_bss_end;) *to++ = 0u;
#if defined(__ARM_FP)
  *(volatile uint32_t*)0xE000ED88u |= 0xFu << 20; /* switch the FPU on */
  __asm__ volatile("dsb\n\tisb");
#endif
  bench_exit(main());
}

__attribute__((section(".vectors"), used)) static const void* const
    kVectors[16] = {
        sbnn_stack_top, (void*)sbnn_reset, (void*)on_fault, (void*)on_fault,
        (void*)on_fault, (void*)on_fault, (void*)on_fault, 0, 0, 0, 0,
        (void*)on_fault, (void*)on_fault, 0, (void*)on_fault,
        (void*)on_systick,
};
