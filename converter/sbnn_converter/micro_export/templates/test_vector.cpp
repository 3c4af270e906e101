#include "@name@/test_vector.h"

#include <cstdint>
#include <cstring>

namespace @name@ {
namespace {

@arrays@

}  // namespace

const TestTensor kTestInputs[kInputCount] = {
@input_list@};

const TestTensor kTestOutputs[kOutputCount] = {
@output_list@};

bool AsExpected(unsigned int output, unsigned int sample, const void* found) {
  const TestTensor& wanted = kTestOutputs[output];
  const unsigned char* at =
      static_cast<const unsigned char*>(wanted.data) + sample * wanted.bytes;
  const unsigned char* seen = static_cast<const unsigned char*>(found);
  if (!wanted.is_float) return std::memcmp(at, seen, wanted.bytes) == 0;
  for (unsigned int i = 0; i < wanted.bytes; i += sizeof(float)) {
    float a, b;
    std::memcpy(&a, at + i, sizeof(a));
    std::memcpy(&b, seen + i, sizeof(b));
    const float difference = a > b ? a - b : b - a;
    const float magnitude = a > 0.0f ? a : -a;
    if (!(difference <= 1e-4f * (1.0f + magnitude))) return false;
  }
  return true;
}

}  // namespace @name@
