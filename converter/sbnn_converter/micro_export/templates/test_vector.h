#ifndef @upper_name@_TEST_VECTOR_H_
#define @upper_name@_TEST_VECTOR_H_

namespace @name@ {

// One tensor of all samples, one sample behind the other.
struct TestTensor {
  const void* data;
  unsigned int bytes;  // of one sample
  bool is_float;       // float32, else whole numbers
};

constexpr unsigned int kTestSamples = @samples@;
constexpr unsigned int kInputCount = @inputs@;
constexpr unsigned int kOutputCount = @outputs@;

extern const TestTensor kTestInputs[kInputCount];
// What TensorFlow Lite Micro answered on a host.
extern const TestTensor kTestOutputs[kOutputCount];

// Whether the elements at `found` are what output tensor `output` has to be for a sample.
// Whole numbers are the same on every machine. Floats that TensorFlow Lite Micro's own
// ops compute may differ in their last bits.
bool AsExpected(unsigned int output, unsigned int sample, const void* found);

}  // namespace @name@

#endif  // @upper_name@_TEST_VECTOR_H_
