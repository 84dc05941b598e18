#!/usr/bin/env bash
# Runs clang-tidy on the C++ files of the dev build that differ from origin/main (or from the last
# commit where there is no such branch), and on those that include a header that differs.
# With --all, or where that cannot be told: on every file. Needs build/dev to be configured.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

compiled_files() {
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/dev/compile_commands.json | sort -u
}

# The commit to compare with: where this branch left origin/main, else the last commit but one.
base_commit() {
  local base head
  head=$(git rev-parse --verify --quiet HEAD) || return 1
  base=$(git merge-base HEAD origin/main 2>/dev/null) || base=$head
  [[ $base != "$head" ]] || base=$(git rev-parse --verify --quiet HEAD~1) || return 1
  echo "$base"
}

changed_files() {
  local base changed header
  base=$(base_commit) || return 1
  changed=$(git diff --name-only "$base" && git ls-files --others --exclude-standard) || return 1
  ! grep -qE '(^|/)(\.clang-tidy|CMakeLists\.txt|CMakePresets\.json)$' <<<"$changed" || return 1
  grep -E '\.cpp$' <<<"$changed" || true
  for header in $(grep -E '\.hpp$' <<<"$changed"); do
    grep -rlF --include='*.cpp' "#include \"${header#src/}\"" src tests bench || true
  done
}

files=$(compiled_files)
if [[ ${1-} != --all ]] && changed=$(changed_files); then
  files=$(grep -xFf <(sed "s|^|$root/|" <<<"$changed") <<<"$files") || true
fi
[[ -n $files ]] || { echo "clang-tidy: no C++ file differs"; exit 0; }
"$root/tests/tidy_bundles.py" build/dev <<<"$files"
