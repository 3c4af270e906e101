#ifndef @upper_name@_MODEL_H_
#define @upper_name@_MODEL_H_

namespace @name@ {

// The model: a TFLite flatbuffer, aligned to 16 bytes.
extern const unsigned char kModel[];
constexpr unsigned int kModelBytes = @model_bytes@;

// Tensor arena in which the interpreter started on a 64-bit host; @arena_used@ bytes of
// it stay in use there. A 32-bit target needs less, because pointers take half: what
// MicroInterpreter::arena_used_bytes() says there, and some room for setting up.
// Kernels that ask for scratch memory of their own (CMSIS-NN, ESP-NN) may need more.
constexpr unsigned int kArenaBytes = @arena_bytes@;

// Stack for the thread that runs the interpreter: about @stack_bytes@ bytes are used (measured
// on a Cortex-M4), the rest is for your program and for interrupts.
constexpr unsigned int kStackBytes = @advised_stack_bytes@;

}  // namespace @name@

#endif  // @upper_name@_MODEL_H_
