#include "ops/weights.h"

#include <string.h>

#include "ops/check.h"
#include "ops/classes.h"
#include "ops/option_rules.h"

typedef struct {
  SBNN_WEIGHT_OPTIONS(SBNN_OPTION_FIELD)
} weight_options;

#define SBNN_FIELDS weight_options
static const sbnn_option_rule kRules[] = {
    SBNN_WEIGHT_OPTIONS(SBNN_OPTION_RULE)};

/* What the code says of the kernel, and its words: signs stand behind the code. */
static bool read_code(sbnn_connections* kernel, const weight_options* o,
                      const sbnn_tensor* tensor, sbnn_problem* problem) {
  SBNN_CHECK(tensor->rank == 1, "rank of the weight code", tensor->rank, 1);
  if (!sbnn_check_constant(tensor, SBNN_INT32, tensor->dims[0], problem)) {
    return false;
  }
  kernel->words = (const uint32_t*)tensor->data;
  kernel->word_count = tensor->dims[0];
  kernel->count = o->connections;
  kernel->code = (uint8_t)o->code;
  kernel->parameter = (uint8_t)o->code_parameter;
  kernel->is_signed = (uint8_t)o->has_signs;
  if (kernel->is_signed != 0u && kernel->code != SBNN_CODE_SLICED) {
    kernel->word_count -= sbnn_sign_words(kernel->count);
    SBNN_CHECK(kernel->word_count >= 1, "words of a weight code with signs",
               tensor->dims[0], tensor->dims[0] + 1 - kernel->word_count);
    kernel->signs = kernel->words + kernel->word_count;
  }
  return true;
}

static const char kMost[] = "most_connections";

/* That the code is what the options say, `most` connections of a channel included;
 * -1: they do not. Trusted models are taken at their word where there is one. */
static bool check_code(sbnn_connections* kernel, int32_t most, int32_t outputs,
                       int32_t fan_in, sbnn_problem* problem) {
  const char* const corrupt = "the weight code is corrupt";
  SBNN_CHECK(sbnn_code_is_possible(kernel, fan_in), corrupt, 0, 0);
#ifdef SBNN_TRUSTED_MODELS
  if (most >= 0) {
    SBNN_CHECK(most <= fan_in && most <= kernel->count, kMost, most,
               fan_in < kernel->count ? fan_in : kernel->count);
    SBNN_CHECK((int64_t)most * outputs >= kernel->count, kMost, most,
               (kernel->count - 1) / outputs + 1);
    kernel->most = most;
    return true;
  }
#else
  (void)outputs;
#endif
  SBNN_CHECK(sbnn_check_connections(kernel, fan_in), corrupt, 0, 0);
  SBNN_CHECK(most < 0 || most == kernel->most, kMost, most, kernel->most);
  return true;
}

bool sbnn_prepare_kernel(sbnn_op* op, const sbnn_option_values* options,
                         const sbnn_tensor* tensor, int32_t outputs,
                         int32_t fan_in, sbnn_domain* domain,
                         sbnn_problem* problem) {
  sbnn_connections* kernel = &op->kernel;
  weight_options o;
  memset(&o, 0, sizeof(o));
  o.most_connections = -1;
  kernel->weights = outputs;
  if (!sbnn_multiply(&kernel->weights, fan_in, problem) ||
      !sbnn_read_options(options, kRules, SBNN_RULE_COUNT(kRules), op->input,
                         op->output.face, &o, problem)) {
    return false;
  }
  SBNN_CHECK(o.connections <= kernel->weights, "connections", o.connections,
             kernel->weights);
  domain->shift = o.domain_shift;
  domain->alpha_steps = o.alpha_steps;
  SBNN_CHECK(o.has_signs == 0 || (o.alpha_steps == 0 && o.domain_shift == 0),
             "a kernel with signs has no other weights", o.alpha_steps, 0);
  SBNN_CHECK(op->input.planes <= SBNN_MAX_ACTIVATION_BITS,
             "planes of an input that is weighted", op->input.planes,
             SBNN_MAX_ACTIVATION_BITS);
  int64_t steps = ((int64_t)1 << o.domain_shift) +
                  (o.alpha_steps < 0 ? -o.alpha_steps : o.alpha_steps);
  if (op->input.planes > 1) steps *= (1 << op->input.planes) - 1;
  /* The kernels add a few such sums; int8 inputs are up to 255 each. */
  const int64_t most =
      INT32_MAX / (op->input.kind == SBNN_INT8_NUMBERS ? 4 * 256 : 4);
  SBNN_CHECK(fan_in * steps <= most, "fan-in is too large to sum exactly",
             fan_in, (int32_t)(most / steps));
  if (!read_code(kernel, &o, tensor, problem)) return false;
  SBNN_CHECK(
      kernel->code != SBNN_CODE_SLICED ||
          (op->kind == &sbnn_dense_class && op->input.kind == SBNN_PLANES),
      "sliced weights are for dense layers on bits", 0, 0);
  return check_code(kernel, o.most_connections, outputs, fan_in, problem);
}
