// The ops of this model: @op_list@.
#ifndef @upper_name@_OPS_H_
#define @upper_name@_OPS_H_

@version_check@
#include "sbnn_tflm.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace @name@ {

constexpr unsigned int kOpCount = @op_count@;

// Has room for exactly these ops.
using OpResolver = tflite::MicroMutableOpResolver<kOpCount>;

// Adds them to an OpResolver, or to a larger resolver of your own.
template <typename Resolver>
TfLiteStatus AddOps(Resolver& resolver) {
@op_additions@  return kTfLiteOk;
}

}  // namespace @name@

#endif  // @upper_name@_OPS_H_
