// Runs the test vectors of exported networks on an emulated board: their ops in the order
// of their files, in one arena for all networks. A stand-in for the interpreter of
// TensorFlow Lite Micro; `tables.h` says what it would read from the files.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "networks.h"  // the networks' own headers
#include "tensorflow/lite/micro/micro_context.h"

extern "C" {
#include "startup.h"
}

void MicroPrintf(const char* format, ...) { bench_print(format); }

namespace {

struct Tensor {
  TfLiteType type;
  TfLiteIntArray* dims;
  const void* constant;  // or null
  uint32_t place;        // in the arena
};

struct Op {
  const char* name;
  const char* options;
  uint32_t option_bytes;
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
};

template <int kLength>
struct Ints {
  int size;
  int data[kLength];
};
#define INTS(...) reinterpret_cast<TfLiteIntArray*>(&__VA_ARGS__)

struct Network {
  const Tensor* tensors;
  uint32_t tensor_count;
  const Op* ops;
  uint32_t op_count;
  uint32_t samples;
  void (*fill)(uint32_t sample);
  bool (*as_expected)(uint32_t sample);
};

constexpr uint32_t kMostTensors = 64, kMostOps = 16;
alignas(16) uint8_t persistent[8192], scratch[16384];
uint32_t persistent_used, scratch_bytes[kMostOps];
int scratch_count;
TfLiteEvalTensor tensors[kMostTensors];

void* Allocate(TfLiteContext*, size_t bytes) {
  void* at = persistent + persistent_used;
  persistent_used += (static_cast<uint32_t>(bytes) + 15u) & ~15u;
  return persistent_used <= sizeof(persistent) ? at : nullptr;
}
TfLiteStatus Request(TfLiteContext*, size_t bytes, int* index) {
  *index = scratch_count;
  scratch_bytes[scratch_count++] = static_cast<uint32_t>(bytes);
  return kTfLiteOk;
}
void* Scratch(TfLiteContext*, int) { return scratch; }
TfLiteEvalTensor* Eval(const TfLiteContext*, int index) {
  return &tensors[index];
}

#include "tables.h"  // arena, and a Network for each network

// How many samples have other outputs than expected; -1 if the network does not start.
template <typename Resolver>
int Run(const Network& network, Resolver& resolver) {
  TfLiteContext context = {};
  context.AllocatePersistentBuffer = Allocate;
  context.RequestScratchBufferInArena = Request;
  context.GetScratchBuffer = Scratch;
  context.GetEvalTensor = Eval;
  persistent_used = 0;
  scratch_count = 0;
  TfLiteNode nodes[kMostOps] = {};
  for (uint32_t i = 0; i < network.tensor_count; ++i) {
    const Tensor& tensor = network.tensors[i];
    tensors[i].type = tensor.type;
    tensors[i].dims = tensor.dims;
    tensors[i].data.data = const_cast<void*>(tensor.constant);
  }
  for (uint32_t i = 0; i < network.op_count; ++i) {
    const Op& op = network.ops[i];
    const TFLMRegistration* kernel = resolver.FindOp(op.name);
    if (kernel == nullptr) return -1;
    nodes[i].inputs = op.inputs;
    nodes[i].outputs = op.outputs;
    nodes[i].user_data = kernel->init(&context, op.options, op.option_bytes);
    if (kernel->prepare(&context, &nodes[i]) != kTfLiteOk) return -1;
  }
  for (int i = 0; i < scratch_count; ++i) {
    if (scratch_bytes[i] > sizeof(scratch)) return -1;
  }
  for (uint32_t i = 0; i < network.tensor_count; ++i) {
    if (network.tensors[i].constant == nullptr) {
      tensors[i].data.data = arena + network.tensors[i].place;
    }
  }
  int different = 0;
  for (uint32_t sample = 0; sample < network.samples; ++sample) {
    memset(arena, 0xA5, sizeof(arena));
    network.fill(sample);
    for (uint32_t i = 0; i < network.op_count; ++i) {
      const TFLMRegistration* kernel = resolver.FindOp(network.ops[i].name);
      if (kernel->invoke(&context, &nodes[i]) != kTfLiteOk) return -1;
    }
    if (!network.as_expected(sample)) ++different;
  }
  return different;
}

}  // namespace

extern "C" int run_standalone(void);

int main() {
  // Twice: nothing that a network leaves behind changes what the others answer.
  for (int round = 0; round < 2; ++round) {
    if (run_standalone() != 0) return 1;
#define RUN(name)                                                              \
  {                                                                            \
    name::OpResolver resolver;                                                 \
    if (name::AddOps(resolver) != kTfLiteOk) return 2;                         \
    bench_report(                                                              \
        #name, static_cast<uint32_t>(Run(name##_tables::kNetwork, resolver))); \
  }
    RUN_ALL
  }
  return 0;
}
