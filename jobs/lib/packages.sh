# The one list of Debian packages Plumbline needs, and the way to get them.
# Sourced by jobs/quickstart.sh and tests/run.sh.

plumb_build_packages=(
  g++ cmake ninja-build pkg-config git
  libopenmpi-dev openmpi-bin
  libopenblas-openmp-dev
  libhdf5-dev
  libcli11-dev libtomlplusplus-dev libfmt-dev nlohmann-json3-dev librandom123-dev zlib1g-dev
  libhwy-dev libxxhash-dev
  libbenchmark-dev libgtest-dev python3
)

# On top of the build packages: what the tests check with, and read result files with.
plumb_test_packages=(
  ccache lld  # the build with MPICH compiles again only what MPI is in; links in a tenth of the time
  clang-format clang-tidy libomp-dev  # libomp-dev: the omp.h that clang-tidy reads
  curl  # data/fetch.sh needs it, and is tested
  iproute2  # jobs/emulated_cluster.sh makes network namespaces with it
  hdf5-tools
  valgrind valgrind-mpi
  mpich libmpich-dev  # a second MPI library; Open MPI stays the alternatives' first choice
  python3-numpy python3-h5py python3-netcdf4 python3-xarray python3-h5netcdf
)

plumb_fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints those of its arguments that are not installed, one a line.
plumb_missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
      grep -qx installed || printf '%s\n' "$package"
  done
}

# Runs apt-get as root, by sudo where needed. The output goes to the log and is shown on failure.
plumb_apt_get() {
  local log=$1
  shift
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null
}

plumb_install() {
  local log
  log=$(mktemp)
  if ! plumb_apt_get "$log" update || ! plumb_apt_get "$log" install -y --no-install-recommends "$@"; then
    tail -n 20 "$log" >&2
    plumb_fail "error: apt-get could not install the packages; its whole output is in $log"
  fi
  rm -f "$log"
}

# ensure_packages NAME...: installs what is missing, or prints what to install and exits with 1.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "Not a Debian system: the packages are not checked; configuring names what is missing."
    return
  fi
  local missing
  mapfile -t missing < <(plumb_missing_packages "$@")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $(id -u) -eq 0 ]] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; then
    echo "Installing ${#missing[@]} Debian packages (takes a few minutes): ${missing[*]}"
    plumb_install "${missing[@]}"
  else
    plumb_fail "Missing ${#missing[@]} Debian packages, and only root can install them. As root:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}
then start this script again."
  fi
}
