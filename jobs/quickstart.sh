#!/usr/bin/env bash
# From a clean clone to a first result: installs what is missing, builds, trains the default study
# on two MPI ranks with generated data, and shows how far the gradient reaches in each network.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$root/jobs/lib/packages.sh"
source "$root/jobs/lib/build.sh"

ensure_packages "${plumb_build_packages[@]}"
echo "Building the release preset in $root/build/release"
plumb_build "$root" release plumbline

program=$root/build/release/src/plumbline
study=$root/jobs/studies/sigmoid_vs_relu.toml
results=$root/results/quickstart-$(date -u +%Y%m%dT%H%M%SZ)

# Open MPI refuses to start as root unless told twice.
[[ $(id -u) -ne 0 ]] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Containers often forbid reading another process's memory; at this size shared memory is as fast.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism-none}
# One core per rank, placed by the system: a container's cores need not be cores that can be bound.
export OMP_NUM_THREADS=1
# The one that belongs to the library the build prefers, whatever the system's default is.
"$(command -v mpirun.openmpi || command -v mpirun)" -n 2 --oversubscribe --bind-to none "$program" run "$study" -o "$results" </dev/null

echo
"$program" compare "$results"
echo
echo "Results:   $results/result.json, and one HDF5 history per network beside it"
echo "Look into: $program info FILE.h5"
