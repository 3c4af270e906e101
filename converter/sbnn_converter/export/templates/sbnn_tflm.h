// The SBNN ops for TensorFlow Lite Micro: see micro/sbnn_ops.h.
#ifndef SBNN_TFLM_H_
#define SBNN_TFLM_H_

#include "sbnn.h"

#if SBNN_SOURCES_ID != @sources_id@
#error "the folders sbnn and sbnn_tflm are not of the same export: take both from one"
#endif

#include "micro/sbnn_ops.h"

#endif  // SBNN_TFLM_H_
