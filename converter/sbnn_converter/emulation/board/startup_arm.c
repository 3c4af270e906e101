/* Arm MPS2 and MPS3 boards: vectors, semihosting, and SysTick as a count of instructions.
 *
 * Under `-icount shift=0` each instruction takes one nanosecond of the virtual
 * clock, so SysTick, driven at 25 MHz (20 MHz on the an505, 32 MHz on the an547), ticks
 * once every 40 (50, 31.25) instructions, exactly alike in every run. Its 24 bits would wrap
 * after 524 million instructions or more: the handler counts the wraps. */
#include "board.h"
#include "startup.h"

extern uint32_t sbnn_stack_top[];
void sbnn_reset(void);

static volatile uint32_t wraps;

void board_semihost(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

#define SYSTICK ((volatile uint32_t*)0xE000E010u)

static void on_systick(void) { ++wraps; }

void bench_start(void) {
  SYSTICK[0] = 0u;
  wraps = 0u;
  SYSTICK[1] = 0xFFFFFFu;
  SYSTICK[2] = 0u;
  SYSTICK[0] = 7u; /* enabled, with interrupt, from the processor clock */
}

/* SBNN_BENCH_INSTRUCTIONS in SBNN_BENCH_TICKS. */
static uint32_t instructions(uint32_t ticks) {
  return ticks / SBNN_BENCH_TICKS * SBNN_BENCH_INSTRUCTIONS +
         ticks % SBNN_BENCH_TICKS * SBNN_BENCH_INSTRUCTIONS / SBNN_BENCH_TICKS;
}

uint32_t bench_now(void) {
  uint32_t left, turns;
  do { /* once more if the timer wrapped between the two readings */
    turns = wraps;
    left = SYSTICK[2];
  } while (turns != wraps);
  return instructions(turns * 0x1000000u + (0xFFFFFFu - left));
}

uint32_t bench_stop(void) {
  const uint32_t left = SYSTICK[2];
  SYSTICK[0] = 0u;
  return instructions(wraps * 0x1000000u + (0xFFFFFFu - left));
}

void sbnn_reset(void) {
#if defined(__ARM_FP)
  *(volatile uint32_t*)0xE000ED88u |= 0xFu << 20; /* FPU and vectors on */
  __asm__ volatile("dsb\n\tisb");
#endif
  board_start();
}

__attribute__((section(".vectors"), used)) static const void* const
    kVectors[16] = {
        sbnn_stack_top, (void*)sbnn_reset, (void*)board_fault,
        (void*)board_fault, (void*)board_fault, (void*)board_fault,
        (void*)board_fault, 0, 0, 0, 0, (void*)board_fault,
        (void*)board_fault, 0, (void*)board_fault, (void*)on_systick,
};
