#include "@name@/model.h"

@version_check@
namespace @name@ {

alignas(16) const unsigned char kModel[] = {
@model_array@
};

static_assert(sizeof(kModel) == kModelBytes, "the array is not whole");

}  // namespace @name@
