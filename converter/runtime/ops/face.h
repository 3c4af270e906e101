/* Which face (sbnn/face.h) a tensor has, and its shape: the only place that knows
 * types of tensors. */
#ifndef SBNN_OPS_FACE_H_
#define SBNN_OPS_FACE_H_

#include "ops/op.h"
#include "sbnn/option_list.h"

#define SBNN_FACE_OPTIONS(X)                                \
  X(in_planes, 1, SBNN_MAX_PLANES, SBNN_MAY_MISS,           \
    "planes of a channel of the input; 1 if it is missing") \
  X(out_planes, 1, SBNN_MAX_PLANES, SBNN_MAY_MISS,          \
    "planes of a channel of the output; 1 if it is missing")

/* The face of an activation, with `planes` a channel if it has any; SBNN_NO_FACE
 * if ops read none of its type. */
sbnn_face sbnn_face_of(const sbnn_tensor* tensor, int32_t planes);

/* Faces of input 0 and of the output, from their types and the options. */
bool sbnn_read_faces(sbnn_op* op, const sbnn_option_values* options,
                     const sbnn_tensor* input, const sbnn_tensor* output,
                     sbnn_problem* problem);

/* Of an op that puts the numbers of its input together: as many planes a channel in
 * the output as in the input. */
bool sbnn_check_same_planes(const sbnn_op* op, sbnn_problem* problem);

/* An image, [batch, planes of all channels, words] or [batch, height, width,
 * channels], and a vector of features. */
bool sbnn_check_image(const sbnn_tensor* tensor, sbnn_face face, int32_t height,
                      int32_t width, int32_t channels, sbnn_problem* problem);
bool sbnn_check_vector(const sbnn_tensor* tensor, sbnn_face face,
                       int32_t features, sbnn_problem* problem);

/* The same shapes, for an output of the face. */
void sbnn_image_shape(sbnn_tensor* tensor, sbnn_face face, int32_t height,
                      int32_t width, int32_t channels);
void sbnn_vector_shape(sbnn_tensor* tensor, sbnn_face face, int32_t features);

#endif /* SBNN_OPS_FACE_H_ */
