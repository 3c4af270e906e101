  # Start without reading the weights: README.md, "Start-up".
  zephyr_library_compile_options(
    $<$<BOOL:${SBNN_TRUSTED_MODELS}>:-DSBNN_TRUSTED_MODELS>)
  # What is defined for all of Zephyr holds here, too. Where TensorFlow Lite Micro
  # defines TF_LITE_STATIC_MEMORY for itself alone, it is taken from there: it changes
  # the layout of its structs.
  get_property(libraries GLOBAL PROPERTY ZEPHYR_LIBS)
  foreach(library ${libraries})
    if(library MATCHES "tflite|tensorflow")
      set(definitions $<TARGET_PROPERTY:${library},COMPILE_DEFINITIONS>)
      set(defined $<FILTER:${definitions},INCLUDE,TF_LITE_STATIC_MEMORY>)
      zephyr_library_compile_options(
        $<$<BOOL:${defined}>:-DTF_LITE_STATIC_MEMORY>)
    endif()
  endforeach()
