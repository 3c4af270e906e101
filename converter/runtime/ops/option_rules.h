/* Reads the options of a list (sbnn/option_list.h) into a struct of its fields. */
#ifndef SBNN_OPS_OPTION_RULES_H_
#define SBNN_OPS_OPTION_RULES_H_

#include <stddef.h>

#include "ops/op.h"
#include "sbnn/option_list.h"

struct sbnn_option_rule {
  int32_t low, high;
  uint8_t option; /* sbnn_option_id */
  uint8_t when;   /* sbnn_option_when */
  uint8_t offset; /* of the field, an int32_t */
};

/* X for lists that make tables: a rule for a field of `SBNN_FIELDS`, which the
 * file that makes the table defines. */
#define SBNN_OPTION_RULE(name, low, high, when, meaning) \
  {low, high, SBNN_OPTION_##name, when, offsetof(SBNN_FIELDS, name)},

#define SBNN_RULE_COUNT(rules) ((int32_t)(sizeof(rules) / sizeof((rules)[0])))

/* Reads an option, which must lie in [low, high]. */
bool sbnn_read_option(const sbnn_option_values* options, sbnn_option_id option,
                      int32_t low, int32_t high, int32_t* value,
                      sbnn_problem* problem);

/* Reads all options of `rules` that an op of these faces has to have, or may
 * have, into `fields`, which is zeroed. */
bool sbnn_read_options(const sbnn_option_values* options,
                       const sbnn_option_rule* rules, int32_t count,
                       sbnn_face input, sbnn_face output, void* fields,
                       sbnn_problem* problem);

#endif /* SBNN_OPS_OPTION_RULES_H_ */
