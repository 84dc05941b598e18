#!/usr/bin/env bash
# One rank under valgrind and its MPI wrappers, which check what is sent and where it is received:
#   mpirun -n 2 tests/mpi/memcheck.sh PROGRAM [ARGUMENT]...
# Exit code 77, "skipped", where one of them is missing.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

skip() {
  echo "skipped: $*"
  exit 77
}

command -v valgrind >/dev/null || skip "no valgrind: apt-get install valgrind"
wrappers=$(compgen -G "/usr/lib*/valgrind/libmpiwrap-*.so" ||
  compgen -G "/usr/lib*/*/valgrind/libmpiwrap-*.so") ||
  skip "no MPI wrappers of valgrind: apt-get install valgrind-mpi"

# The wrappers use the library without naming it, and everything started from here loads them.
mpi=$(ldd "$1" | sed -n 's/.*libmpi\.so[^ ]* => \([^ ]*\).*/\1/p')
export LD_PRELOAD=$mpi:${wrappers%%$'\n'*} MPIWRAP_DEBUG=quiet
exec valgrind --quiet --error-exitcode=1 --num-callers=30 --suppressions="$root/cmake/memcheck.supp" "$@"
