/* The SBNN delegate for TensorFlow Lite, for programs in C and C++ that link it.
 *
 * Those that load the library at run time (TfLiteExternalDelegateCreate,
 * `load_delegate`) look these two functions up by name and need no header. */
#ifndef SBNN_TFLITE_SBNN_DELEGATE_H_
#define SBNN_TFLITE_SBNN_DELEGATE_H_

#include <stddef.h>

#if defined(_WIN32)
#define SBNN_EXPORT __declspec(dllexport)
#else
#define SBNN_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* TensorFlow Lite's, of tensorflow/lite/c/common.h. */
struct TfLiteDelegate;

/* A delegate for one interpreter, which it must outlive. It takes no options:
 * `count` is 0, `keys` and `values` may be NULL. NULL if there is no memory, or
 * the environment variable SBNN_HOST_ISA names what this processor lacks;
 * `report_error`, if not NULL, is told why. */
SBNN_EXPORT struct TfLiteDelegate* tflite_plugin_create_delegate(
    const char* const* keys, const char* const* values, size_t count,
    void (*report_error)(const char*));

/* Frees a delegate, behind its interpreter. */
SBNN_EXPORT void tflite_plugin_destroy_delegate(
    struct TfLiteDelegate* delegate);

#ifdef __cplusplus
}
#endif

#endif /* SBNN_TFLITE_SBNN_DELEGATE_H_ */
