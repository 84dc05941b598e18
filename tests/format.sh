#!/usr/bin/env bash
# Fails, and says where, when a C++ file is not as clang-format would write it. With --fix: rewrites.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
mode=(--dry-run -Werror)
[[ ${1-} != --fix ]] || mode=(-i)
find src tests bench -name '*.[ch]pp' -print0 |
  xargs -0 -r -n 8 -P "$(nproc)" clang-format --style=file "${mode[@]}"
