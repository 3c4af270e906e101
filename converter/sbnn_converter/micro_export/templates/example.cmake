
if(TFLM_LIBRARY)
  add_executable(@name@-test main.cpp)
  set_target_properties(@name@-test PROPERTIES
      CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON)
  target_link_libraries(@name@-test PRIVATE @name@ ${TFLM_LIBRARY} m)
  target_link_options(@name@-test PRIVATE -Wl,--gc-sections)
endif()
