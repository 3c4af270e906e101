# TensorFlow Lite Micro: a target of your project, or a checkout, the library built
# from it with the same compiler, and where its third-party headers are.
set(TFLM_TARGET "" CACHE STRING "Your target that is TensorFlow Lite Micro")
set(TFLM_DIR "" CACHE PATH "Checkout of tflite-micro")
set(TFLM_LIBRARY "" CACHE FILEPATH "libtensorflow-microlite.a")
set(downloads ${TFLM_DIR}/tensorflow/lite/micro/tools/make/downloads)
set(TFLM_INCLUDES
    "${downloads}/flatbuffers/include;${downloads}/gemmlowp;${downloads}/ruy"
    CACHE STRING "Include folders of flatbuffers, gemmlowp and ruy")
# TF_LITE_STATIC_MEMORY changes the layout of TensorFlow Lite Micro's structs, so that
# everybody has to define it, or nobody. A target is asked; makefiles always define it.
option(TFLM_STATIC_MEMORY
       "TensorFlow Lite Micro was built with TF_LITE_STATIC_MEMORY" ON)

if(TFLM_DIR)
  target_include_directories(sbnn_tflm SYSTEM PUBLIC ${TFLM_DIR} ${TFLM_INCLUDES})
endif()
if(TFLM_TARGET)
  target_link_libraries(sbnn_tflm PUBLIC ${TFLM_TARGET})
  set(definitions $<TARGET_PROPERTY:${TFLM_TARGET},COMPILE_DEFINITIONS>)
  set(options $<TARGET_PROPERTY:${TFLM_TARGET},COMPILE_OPTIONS>)
  set(defined "$<FILTER:${definitions};${options},INCLUDE,TF_LITE_STATIC_MEMORY>")
  target_compile_definitions(sbnn_tflm PUBLIC
      "$<$<BOOL:${defined}>:TF_LITE_STATIC_MEMORY>")
elseif(TFLM_STATIC_MEMORY)
  target_compile_definitions(sbnn_tflm PUBLIC TF_LITE_STATIC_MEMORY)
endif()
