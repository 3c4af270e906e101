
if(CONFIG_@upper_name@@guard@)
  include(${CMAKE_CURRENT_LIST_DIR}/../@name@/sources.cmake)
  zephyr_library_named(@name@)
  zephyr_include_directories(${CMAKE_CURRENT_LIST_DIR}/../@name@/src)
  zephyr_library_sources(${@name@_SOURCES})
  zephyr_library_compile_options(-ffp-contract=off)
@more@endif()
