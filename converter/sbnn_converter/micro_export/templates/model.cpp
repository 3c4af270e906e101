#include "@name@/model.h"

@version_check@
// Where the model lies: in a section of yours, by default where all constants do.
#ifdef SBNN_CONSTANTS_SECTION
#define SBNN_CONSTANTS __attribute__((section(SBNN_CONSTANTS_SECTION)))
#else
#define SBNN_CONSTANTS
#endif

namespace @name@ {

alignas(16) SBNN_CONSTANTS const unsigned char kModel[] = {
@model_array@
};

static_assert(sizeof(kModel) == kModelBytes, "the array is not whole");

}  // namespace @name@
