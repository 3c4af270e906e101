/* The part of TensorFlow Lite Micro that the host binding touches.
 *
 * The `tflite-micro` wheel holds the real interpreter but no headers. These
 * declarations describe the memory layout of its 64-bit build (with
 * TF_LITE_STATIC_MEMORY), tried with the wheels from 2025-09 to 2026-02.
 */
#ifndef SBNN_TFLM_ABI_H_
#define SBNN_TFLM_ABI_H_

#include <stddef.h>
#include <stdint.h>

typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

enum {
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteInt16 = 7,
  kTfLiteInt8 = 9
};

typedef struct {
  int size;
  int data[];
} TfLiteIntArray;

typedef struct {
  void* data;
  TfLiteIntArray* dims;
  int type;
} TfLiteEvalTensor;

typedef struct {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
  void* user_data;
} TfLiteNode;

typedef struct TfLiteContext TfLiteContext;

struct TfLiteContext {
  size_t tensors_size;
  void* get_execution_plan;
  void* tensors;
  void* impl_;
  void* resize_tensor;
  void (*ReportError)(TfLiteContext* context, const char* format, ...);
  void* add_tensors;
  void* get_node_and_registration;
  void* replace_node_subsets;
  int recommended_num_threads;
  void* get_external_context;
  void* set_external_context;
  _Bool allow_fp32_relax_to_fp16;
  void* profiler;
  void* (*AllocatePersistentBuffer)(TfLiteContext* context, size_t bytes);
  void* allocate_buffer_for_eval;
  TfLiteStatus (*RequestScratchBufferInArena)(TfLiteContext* context,
                                              size_t bytes, int* index);
  void* (*GetScratchBuffer)(TfLiteContext* context, int index);
  void* resize_tensor_explicit;
  void* preview_delegate_partitioning;
  void* get_tensor;
  TfLiteEvalTensor* (*GetEvalTensor)(const TfLiteContext* context, int index);
};

typedef struct {
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  int32_t builtin_code;
  const char* custom_name;
} TFLMRegistration;

enum { kTflmBuiltinCustom = 32, kTflmMaxRegistrations = 200 };

/* MicroMutableOpResolver<200>, as the wheel's interpreter instantiates it. */
typedef struct {
  const void* vtable;
  TFLMRegistration registrations[kTflmMaxRegistrations];
  unsigned registrations_len;
} TflmOpResolver;

#endif /* SBNN_TFLM_ABI_H_ */
