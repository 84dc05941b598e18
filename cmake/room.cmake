# One static library per folder below src/ ("room"). DEPENDS lists the rooms it may include;
# USES lists outside libraries. cmake/layering holds the same drawing as a test.
add_library(plumb_options INTERFACE)
target_compile_features(plumb_options INTERFACE cxx_std_20)
target_compile_options(plumb_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
                       # GCC 12 sees overlaps in std::string + that are not there (bug 105651).
                       -Wno-restrict
                       $<$<BOOL:${PLUMB_WARNINGS_AS_ERRORS}>:-Werror>
                       # Contracting a*b+c differently in two places would change bits.
                       -ffp-contract=off)
if(PLUMB_SANITIZE)
  # Under the sanitizers g++ 12 takes variables inside std::variant for uninitialized.
  target_compile_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all
                         -Wno-maybe-uninitialized)
  target_link_options(plumb_options INTERFACE -fsanitize=${PLUMB_SANITIZE})
endif()

function(plumb_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  list(TRANSFORM ROOM_DEPENDS PREPEND "plumb_")
  if(sources)
    add_library(plumb_${name} STATIC ${sources})
    target_include_directories(plumb_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(plumb_${name} PUBLIC plumb_options ${ROOM_DEPENDS} PRIVATE ${ROOM_USES})
  else()
    add_library(plumb_${name} INTERFACE)
    target_include_directories(plumb_${name} INTERFACE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(plumb_${name} INTERFACE plumb_options ${ROOM_DEPENDS} ${ROOM_USES})
  endif()
endfunction()
