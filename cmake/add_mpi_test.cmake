# add_mpi_test(name RANKS 1 2 4 8 TIMEOUT 60 SOURCES a.cpp [LIBRARIES plumb_comm])
# One ctest entry per rank count. Ranks beyond the cores are oversubscribed, never dropped; the
# test program checks that it got the rank count it was promised.
execute_process(COMMAND "${MPIEXEC_EXECUTABLE}" --version OUTPUT_VARIABLE mpiexec_version
                ERROR_VARIABLE mpiexec_version)
if(mpiexec_version MATCHES "Open MPI|OpenRTE|PRRTE")
  set(PLUMB_OPEN_MPI TRUE)
  set(PLUMB_MPIEXEC_FLAGS --oversubscribe --bind-to none --quiet)
else()  # MPICH's starts as many as it is asked for, bound to nothing
  set(PLUMB_OPEN_MPI FALSE)
  set(PLUMB_MPIEXEC_FLAGS "")
endif()

function(plumb_mpi_environment test_name)
  set_property(TEST ${test_name} APPEND PROPERTY ENVIRONMENT
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_mpi_yield_when_idle=1"
    "OMP_WAIT_POLICY=passive")
  if(PLUMB_SANITIZE MATCHES "address")
    # Open MPI unloads plugins that still own memory. Only full stacks, taken while a plugin is
    # loaded, reach a frame that the suppressions can name.
    set_property(TEST ${test_name} APPEND PROPERTY ENVIRONMENT
      "ASAN_OPTIONS=fast_unwind_on_malloc=0"
      "LSAN_OPTIONS=print_suppressions=0:suppressions=${PROJECT_SOURCE_DIR}/cmake/library_leaks.supp")
  elseif(PLUMB_SANITIZE MATCHES "thread")
    set_property(TEST ${test_name} APPEND PROPERTY ENVIRONMENT
      "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/thread_sanitizer.supp")
  endif()
endfunction()

# `mpi_tests`, and the tests with the label mpi: what a second MPI library has to pass. Without
# those that have ONE_LIBRARY, which send no messages.
add_custom_target(mpi_tests)

function(add_mpi_test name)
  cmake_parse_arguments(T "ONE_LIBRARY" "TIMEOUT" "RANKS;SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBRARIES} GTest::gtest)
  if(NOT T_ONE_LIBRARY)
    add_dependencies(mpi_tests ${name})
    set(label mpi)
  endif()
  foreach(ranks IN LISTS T_RANKS)
    set(test_name "mpi.${name}.${ranks}")
    add_test(NAME ${test_name}
             COMMAND ${MPIEXEC_EXECUTABLE} ${PLUMB_MPIEXEC_FLAGS} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
                     $<TARGET_FILE:${name}> --expect-ranks=${ranks})
    set_tests_properties(${test_name} PROPERTIES TIMEOUT ${T_TIMEOUT} PROCESSORS ${ranks}
                         LABELS "${label}")
    plumb_mpi_environment(${test_name})
  endforeach()
endfunction()

# add_memcheck_test(name RANKS n FILTER pattern...): some tests of a program that add_mpi_test made,
# under valgrind and its MPI wrappers, which are Open MPI's. Not with a sanitizer: both want to be
# the memory allocator.
function(add_memcheck_test name)
  cmake_parse_arguments(T "" "RANKS" "FILTER" ${ARGN})
  if(PLUMB_SANITIZE OR NOT PLUMB_OPEN_MPI)
    return()
  endif()
  list(JOIN T_FILTER ":" filter)
  set(test_name "memcheck.${name}.${T_RANKS}")
  add_test(NAME ${test_name}
           COMMAND ${MPIEXEC_EXECUTABLE} ${PLUMB_MPIEXEC_FLAGS} ${MPIEXEC_NUMPROC_FLAG} ${T_RANKS}
                   "${PROJECT_SOURCE_DIR}/tests/mpi/memcheck.sh" $<TARGET_FILE:${name}>
                   --expect-ranks=${T_RANKS} --gtest_filter=${filter})
  set_tests_properties(${test_name} PROPERTIES TIMEOUT 300 PROCESSORS ${T_RANKS}
                       SKIP_RETURN_CODE 77 LABELS memcheck)
  plumb_mpi_environment(${test_name})
endfunction()
