#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Exit code 0 only if all passed.
#   tests/run.sh           everything; clang-tidy on changed files
#   tests/run.sh --quick   without clang-tidy, the sanitizers and valgrind
#   tests/run.sh --all     clang-tidy on all files
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
source "$root/jobs/lib/packages.sh"
source "$root/jobs/lib/build.sh"

quick=false
tidy_scope=()
for argument in "$@"; do
  case $argument in
    --quick) quick=true ;;
    --all) tidy_scope=(--all) ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    *) plumb_fail "error: unknown argument '$argument'; allowed: --quick, --all, --help" ;;
  esac
done

passed=0
failed=0
failures=()

# step NAME COMMAND...: one check that counts as one test.
step() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
    echo "== $name: passed ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    failures+=("$name")
    echo "== $name: FAILED ($((SECONDS - start)) s)"
    return 1
  fi
}

junit_count() { sed -n "0,/$1=\"/s/.*\b$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# ctests PRESET [CTEST_ARGUMENT]...: runs the tests of a build; each counts.
ctests() {
  local preset=$1 report=$root/build/$1/junit.xml start=$SECONDS status=0
  shift
  rm -f "$report"
  echo "== tests of the $preset build"
  ctest --test-dir "$root/build/$preset" --parallel "$(nproc)" --output-on-failure \
    --no-tests=error --output-junit "$report" "$@" </dev/null || status=$?
  local tests failing skipped
  tests=$(junit_count tests "$report" 2>/dev/null) || true
  failing=$(junit_count failures "$report" 2>/dev/null) || true
  skipped=$(junit_count skipped "$report" 2>/dev/null) || true
  [[ $status -eq 0 || ${failing:-0} -gt 0 ]] || failing=1
  passed=$((passed + ${tests:-0} - ${failing:-0} - ${skipped:-0}))
  failed=$((failed + ${failing:-0}))
  [[ $status -eq 0 ]] || failures+=("tests of the $preset build")
  [[ ${skipped:-0} -eq 0 ]] || echo "== $skipped not run: they need MNIST (data/README.md), PyTorch (python3-torch), network namespaces, or valgrind's MPI wrappers (valgrind-mpi)"
  echo "== tests of the $preset build: $((SECONDS - start)) s"
}

ensure_packages "${plumb_build_packages[@]}" "${plumb_test_packages[@]}"

# Containers often forbid reading another process's memory, and Open MPI then warns at each start.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism-none}

step "format" "$root/tests/format.sh" || true
if step "dev build" plumb_build "$root" dev; then
  if $quick; then ctests dev --label-exclude memcheck; else ctests dev; fi
  $quick || step "clang-tidy" "$root/tests/tidy.sh" "${tidy_scope[@]}" || true
fi
if ! $quick && step "mpich build" plumb_build "$root" mpich mpi_tests; then
  ctests mpich --label-regex '^mpi$'
fi
if ! $quick && step "asan build" plumb_build "$root" asan; then
  ctests asan --label-exclude long
fi
if ! $quick && step "tsan build" plumb_build "$root" tsan engine_tests; then
  ctests tsan --label-regex '^engine$'
fi

[[ $failed -eq 0 ]] || printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
