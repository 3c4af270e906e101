/* Which face (sbnn/face.h) a tensor has, and its shape: the only place that knows
 * types of tensors. */
#ifndef SBNN_OPS_FACE_H_
#define SBNN_OPS_FACE_H_

#include "ops/op.h"

/* The face of an activation, SBNN_NO_FACE if ops read none of its type. */
sbnn_face sbnn_face_of(const sbnn_tensor* tensor);

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
