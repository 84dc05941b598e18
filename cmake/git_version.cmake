# The commit a binary was built from goes into every result. Re-read at each build, and written
# only when it changed, so that an unchanged tree rebuilds nothing.
set(PLUMB_VERSION_HEADER "${PROJECT_BINARY_DIR}/generated/plumb_version.hpp")
add_custom_target(plumb_version
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DOUTPUT=${PLUMB_VERSION_HEADER}
          -DVERSION=${PROJECT_VERSION} -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
          "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
          -P "${PROJECT_SOURCE_DIR}/cmake/write_version.cmake"
  BYPRODUCTS "${PLUMB_VERSION_HEADER}"
  VERBATIM)
