# Finds every library before saying anything, so that one run names all that is missing,
# each with the Debian package that holds it. Nothing is downloaded.
set(missing "")

macro(plumb_need condition what package)
  if(NOT ${condition})
    list(APPEND missing "  ${what}: apt-get install ${package}")
  endif()
endmacro()

find_package(PkgConfig QUIET)
plumb_need(PkgConfig_FOUND "pkg-config" pkg-config)
find_package(Threads QUIET)

# Where a folder of the path holds several MPI libraries, Debian's names tell them apart.
find_program(MPI_CXX_COMPILER NAMES mpicxx.openmpi mpicxx NAMES_PER_DIR)
get_filename_component(mpi_folder "${MPI_CXX_COMPILER}" DIRECTORY)
get_filename_component(mpi_flavour "${MPI_CXX_COMPILER}" EXT)
find_program(MPIEXEC_EXECUTABLE NAMES mpiexec${mpi_flavour} mpiexec HINTS "${mpi_folder}"
             NAMES_PER_DIR)
find_package(MPI QUIET COMPONENTS CXX)
plumb_need(MPI_CXX_FOUND "MPI" "libopenmpi-dev openmpi-bin")

find_package(OpenMP QUIET COMPONENTS CXX)
plumb_need(OpenMP_CXX_FOUND "OpenMP" g++)

# Debian keeps one OpenBLAS per threading flavour under the same soname; the one that
# `update-alternatives` points to may be the pthread flavour, whose spinning pool fights with
# OpenMP. So the OpenMP flavour is linked by its own folder, which also goes into the RUNPATH.
file(GLOB openblas_openmp_folders "/usr/lib/*/openblas-openmp" "/usr/lib/openblas-openmp")
find_library(OPENBLAS_LIBRARY openblas HINTS ${openblas_openmp_folders} NO_DEFAULT_PATH)
file(GLOB openblas_header_folders "/usr/include/*/openblas-openmp" "/usr/include/openblas-openmp")
find_path(OPENBLAS_INCLUDE_DIR cblas.h HINTS ${openblas_header_folders} NO_DEFAULT_PATH)
if(OPENBLAS_LIBRARY AND OPENBLAS_INCLUDE_DIR)
  set(openblas_found TRUE)
  add_library(plumb_openblas INTERFACE)
  get_filename_component(openblas_folder "${OPENBLAS_LIBRARY}" DIRECTORY)
  target_include_directories(plumb_openblas SYSTEM INTERFACE "${OPENBLAS_INCLUDE_DIR}")
  target_link_libraries(plumb_openblas INTERFACE "${OPENBLAS_LIBRARY}")
  list(APPEND CMAKE_INSTALL_RPATH "${openblas_folder}")
  list(APPEND CMAKE_BUILD_RPATH "${openblas_folder}")
endif()
plumb_need(openblas_found "OpenBLAS, OpenMP flavour" libopenblas-openmp-dev)

if(PkgConfig_FOUND)
  pkg_check_modules(HDF5 QUIET IMPORTED_TARGET hdf5-serial)
  pkg_check_modules(TOMLPP QUIET IMPORTED_TARGET tomlplusplus)
  pkg_check_modules(HWY QUIET IMPORTED_TARGET libhwy)
endif()
plumb_need(HDF5_FOUND "HDF5" libhdf5-dev)
find_library(HDF5_HL_LIBRARY hdf5_hl hdf5_serial_hl HINTS ${HDF5_LIBRARY_DIRS})
plumb_need(HDF5_HL_LIBRARY "HDF5 high-level library" libhdf5-dev)
plumb_need(TOMLPP_FOUND "toml++" libtomlplusplus-dev)
plumb_need(HWY_FOUND "Highway" libhwy-dev)

find_package(CLI11 QUIET)
plumb_need(CLI11_FOUND "CLI11" libcli11-dev)
find_package(fmt QUIET)
plumb_need(fmt_FOUND "fmt" libfmt-dev)
find_package(nlohmann_json QUIET)
plumb_need(nlohmann_json_FOUND "nlohmann-json" nlohmann-json3-dev)
find_package(ZLIB QUIET)
plumb_need(ZLIB_FOUND "zlib" zlib1g-dev)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
plumb_need(RANDOM123_INCLUDE_DIR "Random123" librandom123-dev)
if(PLUMB_BUILD_BENCH)
  find_package(benchmark QUIET)
  plumb_need(benchmark_FOUND "Google Benchmark" libbenchmark-dev)
endif()
if(PLUMB_BUILD_TESTS)
  find_package(GTest QUIET)
  plumb_need(GTest_FOUND "GoogleTest" libgtest-dev)
endif()

if(missing)
  list(JOIN missing "\n" missing_lines)
  message(FATAL_ERROR "Plumbline needs libraries that are not installed:\n${missing_lines}")
endif()
