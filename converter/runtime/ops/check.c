#include "ops/check.h"

#include "ops/classes.h"
#include "sbnn/planes.h"

bool sbnn_read_option(const sbnn_options* options, const char* name,
                      int32_t low, int32_t high, int32_t* value,
                      sbnn_problem* problem) {
  problem->missing = !sbnn_option(options, name, value);
  SBNN_CHECK(!problem->missing, name, 0, 0);
  SBNN_CHECK(*value >= low, name, *value, low);
  SBNN_CHECK(*value <= high, name, *value, high);
  return true;
}

bool sbnn_read_optional(const sbnn_options* options, const char* name,
                        int32_t low, int32_t high, int32_t missing,
                        int32_t* value, sbnn_problem* problem) {
  if (!sbnn_option(options, name, value)) {
    *value = missing;
    return true;
  }
  return sbnn_read_option(options, name, low, high, value, problem);
}

bool sbnn_multiply(int32_t* product, int32_t factor, sbnn_problem* problem) {
  const int64_t result = (int64_t)*product * factor;
  SBNN_CHECK(*product >= 0 && factor >= 0 && result <= INT32_MAX,
             "size of the layer", factor, INT32_MAX);
  *product = (int32_t)result;
  return true;
}

bool sbnn_elements_of_sample(const sbnn_tensor* tensor, int32_t* elements,
                             sbnn_problem* problem) {
  *elements = 1;
  for (int32_t i = 1; i < tensor->rank; ++i) {
    SBNN_CHECK(tensor->dims[i] >= 1, "dimension of a tensor", tensor->dims[i],
               1);
    if (!sbnn_multiply(elements, tensor->dims[i], problem)) return false;
  }
  return true;
}

bool sbnn_bytes_of_sample(const sbnn_tensor* tensor, int32_t* bytes,
                          sbnn_problem* problem) {
  const int32_t size = tensor->type == SBNN_INT8    ? 1
                       : tensor->type == SBNN_INT16 ? 2
                                                    : 4;
  return sbnn_elements_of_sample(tensor, bytes, problem) &&
         sbnn_multiply(bytes, size, problem);
}

bool sbnn_check_constant(const sbnn_tensor* tensor, sbnn_type type,
                         int32_t elements, sbnn_problem* problem) {
  SBNN_CHECK(tensor->data != NULL, "a constant input has no data", 0, 0);
  SBNN_CHECK((uintptr_t)tensor->data % sizeof(uint32_t) == 0u,
             "a constant is not aligned; align the model's array to 16 bytes",
             0, 0);
  SBNN_CHECK(tensor->type == type, "type of a constant input",
             (int32_t)tensor->type, (int32_t)type);
  SBNN_CHECK(tensor->rank == 1, "rank of a constant input", tensor->rank, 1);
  SBNN_CHECK(tensor->dims[0] == elements, "size of a constant input",
             tensor->dims[0], elements);
  return true;
}

bool sbnn_prepare_kernel(sbnn_op* op, const sbnn_options* options,
                         const sbnn_tensor* tensor, int32_t outputs,
                         int32_t fan_in, sbnn_domain* domain,
                         sbnn_problem* problem) {
  sbnn_connections* kernel = &op->kernel;
  int32_t code, parameter;
  kernel->weights = outputs;
  if (!sbnn_multiply(&kernel->weights, fan_in, problem) ||
      !sbnn_read_option(options, "connections", 0, kernel->weights,
                        &kernel->count, problem) ||
      !sbnn_read_option(options, "code", SBNN_CODE_BITMAP, SBNN_CODE_GOLOMB,
                        &code, problem) ||
      !sbnn_read_option(options, "code_parameter", 0, 255, &parameter,
                        problem) ||
      !sbnn_read_option(options, "domain_shift", 0, 8, &domain->shift,
                        problem) ||
      !sbnn_read_option(options, "alpha_steps", -4096, 4096,
                        &domain->alpha_steps, problem)) {
    return false;
  }
  const int64_t steps =
      ((int64_t)1 << domain->shift) +
      (domain->alpha_steps < 0 ? -domain->alpha_steps : domain->alpha_steps);
  /* The kernels add a few such sums; int8 inputs are up to 255 each. */
  const int64_t most = INT32_MAX / (op->input == SBNN_INT8 ? 4 * 256 : 4);
  SBNN_CHECK(fan_in * steps <= most, "fan-in is too large to sum exactly",
             fan_in, (int32_t)(most / steps));
  SBNN_CHECK(tensor->rank == 1, "rank of the weight code", tensor->rank, 1);
  if (!sbnn_check_constant(tensor, SBNN_INT32, tensor->dims[0], problem)) {
    return false;
  }
  kernel->words = (const uint32_t*)tensor->data;
  kernel->word_count = tensor->dims[0];
  kernel->code = (uint8_t)code;
  kernel->parameter = (uint8_t)parameter;
  if (kernel->code == SBNN_CODE_SLICED) {
    SBNN_CHECK(op->kind == &sbnn_dense_class && op->input == SBNN_INT32,
               "sliced weights are for dense layers on bits", 0, 0);
    SBNN_CHECK(sbnn_sliced_connections_valid(kernel, outputs, fan_in),
               "the weight code is corrupt", 0, 0);
    return true;
  }
  SBNN_CHECK(sbnn_connections_valid(kernel), "the weight code is corrupt", 0,
             0);
  kernel->most = sbnn_most_connections(kernel, fan_in);
  return true;
}

bool sbnn_prepare_output(sbnn_op* op, const sbnn_options* options,
                         const sbnn_tensor* constants, sbnn_type to,
                         int32_t channels, int32_t positions,
                         sbnn_problem* problem) {
  sbnn_output* output = &op->output;
  output->channels = channels;
  if (to == SBNN_INT32) {
    output->kind = SBNN_TO_BITS;
    output->channel_bits =
        positions == 0 ? 1 : 32 * sbnn_plane_words(positions);
    if (!sbnn_check_constant(&constants[0],
                             op->input == SBNN_FLOAT32 ? SBNN_FLOAT32
                                                       : SBNN_INT32,
                             channels, problem) ||
        !sbnn_check_constant(&constants[1], SBNN_INT32,
                             sbnn_plane_words(channels), problem)) {
      return false;
    }
    output->thresholds = (const int32_t*)constants[0].data;
    output->float_thresholds = (const float*)constants[0].data;
    output->flips = (const uint32_t*)constants[1].data;
    int32_t bits = output->channel_bits;
    return sbnn_multiply(&bits, channels, problem);
  }
  if (to == SBNN_INT8 || to == SBNN_INT16) {
    SBNN_CHECK(op->input != SBNN_FLOAT32,
               "integer outputs need integer sums, from bits or int8", 0, 0);
    output->kind = to == SBNN_INT8 ? SBNN_TO_INT8 : SBNN_TO_INT16;
    if (!sbnn_read_option(options, "output_shift", 0, 31, &output->shift,
                          problem) ||
        !sbnn_check_constant(&constants[0], SBNN_INT32, channels, problem) ||
        !sbnn_check_constant(&constants[1], SBNN_INT32, channels, problem)) {
      return false;
    }
    output->multipliers = (const int32_t*)constants[0].data;
    output->offsets = (const int32_t*)constants[1].data;
    return true;
  }
  output->kind = SBNN_TO_FLOAT;
  if (!sbnn_check_constant(&constants[0], SBNN_FLOAT32, channels, problem) ||
      !sbnn_check_constant(&constants[1], SBNN_FLOAT32, channels, problem)) {
    return false;
  }
  output->scale = (const float*)constants[0].data;
  output->bias = (const float*)constants[1].data;
  return true;
}

void sbnn_image_shape(sbnn_tensor* output, int32_t height, int32_t width,
                      int32_t channels) {
  if (output->type == SBNN_INT32) {
    output->rank = 3;
    output->dims[1] = channels;
    output->dims[2] = sbnn_plane_words(height * width);
  } else {
    output->rank = 4;
    output->dims[1] = height;
    output->dims[2] = width;
    output->dims[3] = channels;
  }
}

void sbnn_vector_shape(sbnn_tensor* output, int32_t features) {
  output->rank = 2;
  output->dims[1] =
      output->type == SBNN_INT32 ? sbnn_plane_words(features) : features;
}
