set(commit "unknown")
find_package(Git QUIET)
if(Git_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${SOURCE_DIR}" describe --always --dirty --abbrev=12
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE
                  RESULT_VARIABLE status ERROR_QUIET)
  if(status EQUAL 0)
    set(commit "${described}")
  endif()
endif()
set(text "// Generated at build time.\n#pragma once\n\
#define PLUMB_VERSION \"${VERSION}\"\n\
#define PLUMB_COMMIT \"${commit}\"\n\
#define PLUMB_BUILD_TYPE \"${BUILD_TYPE}\"\n\
#define PLUMB_COMPILER \"${COMPILER}\"\n")
set(old "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUTPUT}" "${text}")
endif()
