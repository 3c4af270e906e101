
if(TFLM_LIBRARY)
  add_executable(@name@_test main.cpp)
  set_target_properties(@name@_test PROPERTIES
      CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON)
  target_link_libraries(@name@_test PRIVATE @name@ ${TFLM_LIBRARY} m)
  target_link_options(@name@_test PRIVATE -Wl,--gc-sections)
endif()
