#include "ops/face.h"

#include "ops/check.h"
#include "ops/option_rules.h"
#include "sbnn/planes.h"

typedef struct {
  SBNN_FACE_OPTIONS(SBNN_OPTION_FIELD)
} face_options;

#define SBNN_FIELDS face_options
static const sbnn_option_rule kRules[] = {SBNN_FACE_OPTIONS(SBNN_OPTION_RULE)};

sbnn_face sbnn_face_of(const sbnn_tensor* tensor, int32_t planes) {
  switch (tensor->type) {
    case SBNN_INT32: return sbnn_planes_face(planes);
    case SBNN_FLOAT32: return sbnn_number_face(SBNN_FLOAT_NUMBERS);
    case SBNN_INT8: return sbnn_number_face(SBNN_INT8_NUMBERS);
    case SBNN_INT16: return sbnn_number_face(SBNN_INT16_NUMBERS);
    default: return sbnn_number_face(SBNN_NO_FACE);
  }
}

bool sbnn_read_faces(sbnn_op* op, const sbnn_option_values* options,
                     const sbnn_tensor* input, const sbnn_tensor* output,
                     sbnn_problem* problem) {
  face_options o = {1, 1};
  const sbnn_face none = sbnn_number_face(SBNN_NO_FACE);
  if (!sbnn_read_options(options, kRules, SBNN_RULE_COUNT(kRules), none, none,
                         &o, problem)) {
    return false;
  }
  op->input = sbnn_face_of(input, o.in_planes);
  op->output.face = sbnn_face_of(output, o.out_planes);
  return true;
}

bool sbnn_check_same_planes(const sbnn_op* op, sbnn_problem* problem) {
  SBNN_CHECK(op->output.face.planes == op->input.planes,
             "out_planes, which have to be in_planes", op->output.face.planes,
             op->input.planes);
  return true;
}

bool sbnn_check_image(const sbnn_tensor* tensor, sbnn_face face, int32_t height,
                      int32_t width, int32_t channels, sbnn_problem* problem) {
  const int32_t* dims = tensor->dims;
  if (face.kind != SBNN_PLANES) {
    SBNN_CHECK(tensor->rank == 4, "rank of a numeric input", tensor->rank, 4);
    SBNN_CHECK(dims[1] == height, "input height", dims[1], height);
    SBNN_CHECK(dims[2] == width, "input width", dims[2], width);
    SBNN_CHECK(dims[3] == channels, "input channels", dims[3], channels);
    return true;
  }
  const int32_t words = sbnn_plane_words(height * width);
  int32_t planes = channels;
  if (!sbnn_multiply(&planes, face.planes, problem)) return false;
  SBNN_CHECK(tensor->rank == 3, "rank of input bit planes", tensor->rank, 3);
  SBNN_CHECK(dims[1] == planes, "input planes", dims[1], planes);
  SBNN_CHECK(dims[2] == words, "words of an input plane", dims[2], words);
  return true;
}

bool sbnn_check_vector(const sbnn_tensor* tensor, sbnn_face face,
                       int32_t features, sbnn_problem* problem) {
  int32_t wanted = features;
  if (face.kind == SBNN_PLANES) {
    wanted = sbnn_plane_words(features);
    if (!sbnn_multiply(&wanted, face.planes, problem)) return false;
  }
  SBNN_CHECK(tensor->rank == 2, "rank of a vector", tensor->rank, 2);
  SBNN_CHECK(tensor->dims[1] == wanted, "elements of the input",
             tensor->dims[1], wanted);
  return true;
}

void sbnn_image_shape(sbnn_tensor* tensor, sbnn_face face, int32_t height,
                      int32_t width, int32_t channels) {
  if (face.kind == SBNN_PLANES) {
    tensor->rank = 3;
    tensor->dims[1] = channels * face.planes;
    tensor->dims[2] = sbnn_plane_words(height * width);
  } else {
    tensor->rank = 4;
    tensor->dims[1] = height;
    tensor->dims[2] = width;
    tensor->dims[3] = channels;
  }
}

void sbnn_vector_shape(sbnn_tensor* tensor, sbnn_face face, int32_t features) {
  tensor->rank = 2;
  tensor->dims[1] = face.kind == SBNN_PLANES
                        ? sbnn_plane_words(features) * face.planes
                        : features;
}
