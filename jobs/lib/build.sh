# How Plumbline is built from a script. Sourced by jobs/quickstart.sh and tests/run.sh.
# Needs plumb_fail from packages.sh.

# plumb_build ROOT PRESET [TARGET]: configures and builds in ROOT/build/PRESET. Whoever configured
# that folder before keeps his own options and generator.
plumb_build() (
  local root=$1 preset=$2 target=${3-all}
  cd "$root" || exit
  mkdir -p "build/$preset" 2>/dev/null && [[ -w build/$preset ]] ||
    plumb_fail "error: $root/build/$preset cannot be written; use a clone of your own"
  local options=()
  if [[ ! -e build/$preset/CMakeCache.txt ]]; then
    options+=(-G Ninja)
    ! command -v ccache >/dev/null || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    [[ $preset != @(dev|mpich) ]] || ! command -v ld.lld >/dev/null ||
      options+=(-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld)
  fi
  # The same file in another clone is the same object.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  cmake --preset "$preset" "${options[@]}" >"build/$preset/configure.log" 2>&1 || {
    cat "build/$preset/configure.log" >&2
    exit 1
  }
  cmake --build "build/$preset" --parallel "$(nproc)" --target "$target"
)
