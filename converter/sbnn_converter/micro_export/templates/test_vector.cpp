#include "@name@/test_vector.h"

#include <cstdint>

namespace @name@ {
namespace {

@arrays@

}  // namespace

const TestTensor kTestInputs[kInputCount] = {
@input_list@};

const TestTensor kTestOutputs[kOutputCount] = {
@output_list@};

}  // namespace @name@
