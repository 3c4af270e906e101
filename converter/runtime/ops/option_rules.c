#include "ops/option_rules.h"

#include <string.h>

#include "ops/check.h"

bool sbnn_read_option(const sbnn_option_values* options, sbnn_option_id option,
                      int32_t low, int32_t high, int32_t* value,
                      sbnn_problem* problem) {
  const char* name = sbnn_option_name(option);
  problem->missing = !sbnn_option(options, option, value);
  SBNN_CHECK(!problem->missing, name, 0, 0);
  SBNN_CHECK(*value >= low, name, *value, low);
  SBNN_CHECK(*value <= high, name, *value, high);
  return true;
}

static bool applies(const sbnn_option_rule* rule,
                    const sbnn_option_values* options, sbnn_face input,
                    sbnn_face output) {
  int32_t value;
  switch (rule->when) {
    case SBNN_MAY_MISS:
      return sbnn_option(options, (sbnn_option_id)rule->option, &value);
    case SBNN_WITH_INT8_INPUT: return input.kind == SBNN_INT8_NUMBERS;
    case SBNN_WITH_PLANES_INPUT: return input.kind == SBNN_PLANES;
    case SBNN_WITH_INT8_OUTPUT: return output.kind == SBNN_INT8_NUMBERS;
    case SBNN_WITH_INTEGER_OUTPUT:
      return output.kind == SBNN_INT8_NUMBERS ||
             output.kind == SBNN_INT16_NUMBERS;
    default: return true;
  }
}

bool sbnn_read_options(const sbnn_option_values* options,
                       const sbnn_option_rule* rules, int32_t count,
                       sbnn_face input, sbnn_face output, void* fields,
                       sbnn_problem* problem) {
  for (const sbnn_option_rule* rule = rules; rule != rules + count; ++rule) {
    int32_t value;
    if (!applies(rule, options, input, output)) continue;
    if (!sbnn_read_option(options, (sbnn_option_id)rule->option, rule->low,
                          rule->high, &value, problem)) {
      return false;
    }
    memcpy((uint8_t*)fields + rule->offset, &value, sizeof(value));
  }
  return true;
}
