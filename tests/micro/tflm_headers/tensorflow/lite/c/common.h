/* Our own declaration of what the SBNN ops use of TensorFlow Lite Micro: enough to
 * compile them for any target, and, on a 64-bit host and with TF_LITE_STATIC_MEMORY,
 * laid out as the interpreter in the tflite-micro wheel lays it out. */
#ifndef TENSORFLOW_LITE_C_COMMON_H_
#define TENSORFLOW_LITE_C_COMMON_H_

#include <stddef.h>
#include <stdint.h>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

enum TfLiteType {
  kTfLiteNoType = 0,
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteUInt8 = 3,
  kTfLiteInt16 = 7,
  kTfLiteInt8 = 9
};

struct TfLiteIntArray {
  int size;
  int data[1]; /* as many as `size` says */
};

union TfLitePtrUnion {
  void* data;
  int8_t* int8;
  float* f;
};

struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
};

struct TfLiteTensor {
  TfLiteType type;
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  size_t bytes;
};

struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
#ifndef TF_LITE_STATIC_MEMORY
  TfLiteIntArray* temporaries;
#endif
  void* user_data;
};

struct TfLiteContext {
  size_t tensors_size;
  void* unused_1[2];
  void* impl_;
  void* unused_2;
  void (*ReportError)(TfLiteContext* context, const char* format, ...);
  void* unused_3[3];
  int recommended_num_threads;
  void* unused_4[2];
  bool allow_fp32_relax_to_fp16;
  void* profiler;
  void* (*AllocatePersistentBuffer)(TfLiteContext* context, size_t bytes);
  void* unused_5;
  TfLiteStatus (*RequestScratchBufferInArena)(TfLiteContext* context,
                                              size_t bytes, int* index);
  void* (*GetScratchBuffer)(TfLiteContext* context, int index);
  void* unused_6[3];
  TfLiteEvalTensor* (*GetEvalTensor)(const TfLiteContext* context, int index);
};

struct TFLMRegistration {
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  int32_t builtin_code;
  const char* custom_name;
};

#endif  // TENSORFLOW_LITE_C_COMMON_H_
