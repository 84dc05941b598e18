# Rooms: folders of src/, each a static library plumb_<name>. src/CMakeLists.txt is the one place that
# says who may use whom; everything that checks or shows it reads build/<preset>/rooms.json, which
# plumb_write_rooms() makes from it.
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

# plumb_room(NAME CONCERN text [DEPENDS room...] [USES library...]
#            [WALL header-pattern [SYMBOLS symbol-pattern]] [NEVER room...])
# CONCERN  what it is about, for the table in CONTRIBUTING.md
# DEPENDS  rooms whose headers it may include and whose symbols it may use
# USES     outside libraries, hidden from the rooms above
# WALL     outside headers that only this room may include, a regular expression without backslashes;
#          SYMBOLS are then those that only this room may leave undefined
# NEVER    rooms that must not come in through others either
# Folders inside a room need no mention. main.cpp is no part of a library.
function(plumb_room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" "CONCERN;WALL;SYMBOLS" "DEPENDS;USES;NEVER")
  if(ROOM_UNPARSED_ARGUMENTS OR NOT ROOM_CONCERN)
    message(FATAL_ERROR "plumb_room(${name}): needs a CONCERN; not understood: ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main[.]cpp$")
  list(TRANSFORM ROOM_DEPENDS PREPEND "plumb_" OUTPUT_VARIABLE libraries)
  add_library(plumb_${name} STATIC ${sources})
  target_include_directories(plumb_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(plumb_${name} PUBLIC plumb_options ${libraries} PRIVATE ${ROOM_USES})

  set_property(GLOBAL APPEND PROPERTY PLUMB_ROOMS ${name})
  set_property(GLOBAL PROPERTY PLUMB_ROOM_${name}_USES ${ROOM_USES})
  plumb_json_list(depends "${ROOM_DEPENDS}")
  plumb_json_list(never "${ROOM_NEVER}")
  set_property(GLOBAL PROPERTY PLUMB_ROOM_${name}_JSON
    "\"concern\": \"${ROOM_CONCERN}\", \"depends\": ${depends}, \"never\": ${never}, \
\"wall\": \"${ROOM_WALL}\", \"symbols\": \"${ROOM_SYMBOLS}\"")
endfunction()

function(plumb_json_list result items)
  list(JOIN items "\", \"" joined)
  if(joined)
    set(joined "\"${joined}\"")
  endif()
  set(${result} "[${joined}]" PARENT_SCOPE)
endfunction()

# After the last room, in the folder of the rooms. "links" are the rooms that CMake links into each,
# however they were added.
function(plumb_write_rooms)
  get_property(rooms GLOBAL PROPERTY PLUMB_ROOMS)
  set(text "")
  foreach(room IN LISTS rooms)
    get_property(json GLOBAL PROPERTY PLUMB_ROOM_${room}_JSON)
    get_target_property(linked plumb_${room} LINK_LIBRARIES)
    list(FILTER linked INCLUDE REGEX "^plumb_")
    list(TRANSFORM linked REPLACE "^plumb_" "")
    set(linked_rooms "")
    foreach(name IN LISTS linked)
      if(name IN_LIST rooms)
        list(APPEND linked_rooms ${name})
      endif()
    endforeach()
    plumb_json_list(links "${linked_rooms}")
    string(APPEND text "${separator}  \"${room}\": {${json}, \"links\": ${links}, "
           "\"library\": \"$<TARGET_FILE:plumb_${room}>\"}")
    set(separator ",\n")
  endforeach()
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/rooms.json" CONTENT "{\n${text}\n}\n")
endfunction()
