/* A program that loads the delegate as TensorFlow Lite does, and no more of
 * TensorFlow Lite than that.
 *
 *   delegate_host LIBRARY GRAPH
 *
 * GRAPH is a network of SBNN ops as numbers of 32 bits: tensors with their
 * constants, ops in the order in which they run, the input with its values and the
 * output (test_delegate.py writes it). The output's bytes go to stdout. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflite/tflite_abi.h"

enum { MOST = 256 };

/* An op of the graph; behind `claimed` it is the delegate's. */
typedef struct {
  TfLiteNode node;
  TfLiteRegistration registration;
} step;

static TfLiteTensor tensors[MOST];
static step steps[MOST];
static int tensor_count, step_count;
static TfLiteIntArray* plan;

static void* need(void* found, const char* what) {
  if (found != NULL) return found;
  fprintf(stderr, "no %s\n", what);
  exit(2);
}

static void* some(size_t bytes) {
  return need(calloc(1, bytes == 0u ? 1u : bytes), "memory");
}

static int32_t number(FILE* file) {
  int32_t found;
  if (fread(&found, sizeof(found), 1, file) != 1) exit(2);
  return found;
}

static void* content(FILE* file, size_t bytes) {
  void* found = some(bytes + 1u);
  if (bytes > 0u && fread(found, bytes, 1, file) != 1) exit(2);
  return found;
}

static TfLiteIntArray* numbers(FILE* file) {
  const int count = number(file);
  TfLiteIntArray* found = (TfLiteIntArray*)some(sizeof(TfLiteIntArray) +
                                                (size_t)count * sizeof(int));
  found->size = count;
  for (int i = 0; i < count; ++i) found->data[i] = number(file);
  return found;
}

static size_t bytes_of(const TfLiteTensor* tensor) {
  size_t bytes = tensor->type == kTfLiteInt8    ? 1u
                 : tensor->type == kTfLiteInt16 ? 2u
                                                : 4u;
  for (int i = 0; i < tensor->dims->size; ++i) {
    bytes *= (size_t)tensor->dims->data[i];
  }
  return bytes;
}

static void report(TfLiteContext* context, const char* format, ...) {
  (void)context;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
}

static TfLiteStatus execution_plan(TfLiteContext* context,
                                   TfLiteIntArray** found) {
  (void)context;
  *found = plan;
  return kTfLiteOk;
}

static TfLiteStatus node_and_registration(TfLiteContext* context, int index,
                                          TfLiteNode** node,
                                          TfLiteRegistration** registration) {
  (void)context;
  *node = &steps[index].node;
  *registration = &steps[index].registration;
  return kTfLiteOk;
}

static TfLiteStatus resize(TfLiteContext* context, TfLiteTensor* tensor,
                           TfLiteIntArray* size) {
  (void)context;
  free(tensor->dims);
  tensor->dims = size;
  tensor->bytes = bytes_of(tensor);
  return kTfLiteOk;
}

/* Gives a node to the delegate. As in TensorFlow Lite, what it was stays where it
 * is while `init` looks at it. */
static TfLiteStatus replace(TfLiteContext* context,
                            TfLiteRegistration registration,
                            const TfLiteIntArray* nodes,
                            TfLiteDelegate* delegate) {
  TfLiteIntArray* own = (TfLiteIntArray*)some(
      sizeof(TfLiteIntArray) + (size_t)nodes->size * sizeof(int));
  memcpy(own, nodes,
         sizeof(TfLiteIntArray) + (size_t)nodes->size * sizeof(int));
  TfLiteDelegateParams params = {delegate, own, NULL, NULL};
  step* claimed = &steps[nodes->data[0]];
  claimed->node.user_data =
      registration.init(context, (const char*)&params, sizeof(params));
  claimed->registration = registration;
  claimed->node.delegate = delegate;
  free(own);
  return kTfLiteOk;
}

static void read_tensor(FILE* file, TfLiteTensor* tensor) {
  tensor->type = number(file);
  tensor->dims = numbers(file);
  tensor->bytes = bytes_of(tensor);
  const int32_t constant = number(file);
  if (constant < 0) return;
  tensor->bytes = (size_t)constant;
  tensor->data = content(file, tensor->bytes);
  tensor->allocation_type = kTfLiteMmapRo;
}

static void read_step(FILE* file, step* to) {
  to->registration.builtin_code = kTfLiteBuiltinCustom;
  to->registration.custom_name =
      (const char*)content(file, (size_t)number(file));
  to->node.custom_initial_data_size = number(file);
  to->node.custom_initial_data =
      content(file, (size_t)to->node.custom_initial_data_size);
  to->node.inputs = numbers(file);
  to->node.outputs = numbers(file);
}

static void complain(const char* text) { fprintf(stderr, "%s\n", text); }

typedef TfLiteDelegate* (*creator)(const char* const*, const char* const*,
                                   size_t, void (*)(const char*));
typedef void (*destroyer)(TfLiteDelegate*);

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  FILE* file = (FILE*)need(fopen(argv[2], "rb"), "graph");
  tensor_count = number(file);
  if (tensor_count > MOST) return 2;
  for (int i = 0; i < tensor_count; ++i) read_tensor(file, &tensors[i]);
  step_count = number(file);
  if (step_count > MOST) return 2;
  for (int i = 0; i < step_count; ++i) read_step(file, &steps[i]);
  const int input = number(file), output = number(file);
  tensors[input].data = content(file, tensors[input].bytes);
  fclose(file);
  plan = (TfLiteIntArray*)some(sizeof(TfLiteIntArray) +
                               (size_t)step_count * sizeof(int));
  plan->size = step_count;
  for (int i = 0; i < step_count; ++i) plan->data[i] = i;

  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    complain(dlerror());
    return 2;
  }
  creator create;
  destroyer destroy;
  void* found =
      need(dlsym(library, "tflite_plugin_create_delegate"), "creator");
  memcpy(&create, &found, sizeof(create));
  found = need(dlsym(library, "tflite_plugin_destroy_delegate"), "destroyer");
  memcpy(&destroy, &found, sizeof(destroy));
  const char* const odd[] = {"odd"};
  if (create(odd, odd, 1u, complain) != NULL) return 3; /* takes no options */
  TfLiteDelegate* delegate =
      (TfLiteDelegate*)need(create(NULL, NULL, 0u, complain), "delegate");

  TfLiteContext context;
  memset(&context, 0, sizeof(context));
  context.tensors_size = (size_t)tensor_count;
  context.tensors = tensors;
  context.GetExecutionPlan = execution_plan;
  context.ResizeTensor = resize;
  context.ReportError = report;
  context.GetNodeAndRegistration = node_and_registration;
  context.ReplaceNodeSubsetsWithDelegateKernels = replace;
  context.recommended_num_threads = 2;
  if (delegate->Prepare(&context, delegate) != kTfLiteOk) return 4;
  for (int i = 0; i < step_count; ++i) {
    if (steps[i].registration.builtin_code != kTfLiteBuiltinDelegate) return 5;
    if (steps[i].registration.prepare(&context, &steps[i].node) != kTfLiteOk) {
      return 6;
    }
  }
  for (int i = 0; i < tensor_count; ++i) {
    if (tensors[i].data == NULL) tensors[i].data = some(tensors[i].bytes);
  }
  for (int i = 0; i < step_count; ++i) {
    if (steps[i].registration.invoke(&context, &steps[i].node) != kTfLiteOk) {
      return 7;
    }
  }
  for (int i = 0; i < step_count; ++i) {
    steps[i].registration.free(&context, steps[i].node.user_data);
  }
  destroy(delegate);
  return fwrite(tensors[output].data, tensors[output].bytes, 1, stdout) != 1;
}
