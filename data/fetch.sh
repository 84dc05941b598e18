#!/usr/bin/env bash
# Downloads MNIST and Fashion-MNIST for data.source = "idx". Run with --help for its usage.
# A file gets its final name only after its checksum was right; files that are there and right
# are not downloaded again.
set -euo pipefail

usage() {
  cat <<'END'
usage: data/fetch.sh [mnist] [fashion-mnist]

Downloads the named data sets (both, when none is named) into this folder, or into
PLUMBLINE_DATA_DIR when that is set. Needs curl or wget, and gzip.
PLUMBLINE_FETCH_BASE=URL takes the files from URL/mnist/ and URL/fashion-mnist/ instead of the
public mirrors. Exit code: 0 all files are there and right, 1 wrong usage, 3 a file is missing.
END
}

script_folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
data_folder="${PLUMBLINE_DATA_DIR:-$script_folder}"
partial=""
trap '[ -z "$partial" ] || rm -f "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf 'fetch: %s\n' "$*"; }
complain() { printf 'fetch: error: %s\n' "$*" >&2; }

# Mirrors repack MNIST's gzip files, so what counts is the SHA-256 of the content. Fashion-MNIST's
# authors publish the MD5 of the gzip files themselves.
# FILE METHOD CHECKSUM
files_of() {
  case "$1" in
    mnist) cat <<'END'
train-images-idx3-ubyte.gz sha256-of-content ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1-ubyte.gz sha256-of-content 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3-ubyte.gz sha256-of-content 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1-ubyte.gz sha256-of-content ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
END
      ;;
    fashion-mnist) cat <<'END'
train-images-idx3-ubyte.gz md5-of-file 8d4fb7e6c68d591d4c3dfef9ec88bf0d
train-labels-idx1-ubyte.gz md5-of-file 25c81989df183df01b3e8a0aad5dffbe
t10k-images-idx3-ubyte.gz md5-of-file bef4ecab320f06d8554ea6380940ec79
t10k-labels-idx1-ubyte.gz md5-of-file bb300cfdad3c16e7a12a480ee83cd310
END
      ;;
  esac
}

mirrors_of() {
  if [ -n "${PLUMBLINE_FETCH_BASE:-}" ]; then
    echo "${PLUMBLINE_FETCH_BASE%/}/$1"
    return
  fi
  case "$1" in
    mnist)
      echo https://storage.googleapis.com/cvdf-datasets/mnist
      echo https://ossci-datasets.s3.amazonaws.com/mnist
      ;;
    fashion-mnist)
      echo http://fashion-mnist.s3-website.eu-central-1.amazonaws.com
      echo https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion
      ;;
  esac
}

# checksum METHOD FILE. What gzip cannot read to the end has no checksum of its content.
checksum() {
  case "$1" in
    sha256-of-content)
      if gzip -dcq < "$2" > /dev/null 2>&1; then
        gzip -dcq < "$2" | sha256sum | cut -d' ' -f1
      else
        echo "damaged gzip data"
      fi
      ;;
    md5-of-file) md5sum < "$2" | cut -d' ' -f1 ;;
  esac
}

# download URL FILE. One attempt that gives up when nothing moves for half a minute.
download() {
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --connect-timeout 30 --speed-time 30 \
      --speed-limit 1 --output "$2" "$1"
  else
    wget --quiet --tries=1 --timeout=30 --output-document="$2" "$1"
  fi
}

# fetch_file SET FILE METHOD CHECKSUM
fetch_file() {
  local target="$data_folder/$1/$2" mirror found
  if [ -f "$target" ]; then
    if [ "$(checksum "$3" "$target")" = "$4" ]; then
      say "$target is there already"
      return 0
    fi
    say "$target has a wrong checksum, downloading it again"
  fi
  while read -r mirror; do
    say "downloading $mirror/$2"
    partial="$(mktemp "$target.part.XXXXXX")"
    if download "$mirror/$2" "$partial"; then
      found="$(checksum "$3" "$partial")"
      if [ "$found" = "$4" ]; then
        chmod 644 "$partial"
        mv -f "$partial" "$target"
        partial=""
        return 0
      fi
      complain "$mirror/$2: wrong checksum ($3): $4 expected, $found found"
    else
      complain "$mirror/$2: could not be downloaded"
    fi
    rm -f "$partial"
    partial=""
  done < <(mirrors_of "$1")
  return 1
}

need_tools() {
  if ! command -v curl > /dev/null && ! command -v wget > /dev/null; then
    complain "neither curl nor wget is installed; apt-get install curl"
    exit 1
  fi
}

# Counts into `missing`, so that one run reports every file that could not be had.
fetch_set() {
  local file method sum
  if ! mkdir -p "$data_folder/$1" || [ ! -w "$data_folder/$1" ]; then
    complain "$data_folder/$1 cannot be written; set PLUMBLINE_DATA_DIR to a folder that can"
    exit 3
  fi
  while read -r file method sum; do
    fetch_file "$1" "$file" "$method" "$sum" || missing=$((missing + 1))
  done < <(files_of "$1")
}

sets=("$@")
[ $# -gt 0 ] || sets=(mnist fashion-mnist)
for set in "${sets[@]}"; do
  case "$set" in
    mnist | fashion-mnist) ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      complain "unknown data set '$set'; mnist and fashion-mnist are allowed"
      exit 1
      ;;
  esac
done

need_tools
missing=0
for set in "${sets[@]}"; do fetch_set "$set"; done
if [ "$missing" -gt 0 ]; then
  complain "$missing of the files could not be downloaded; see above"
  exit 3
fi
say "done: ${sets[*]} in $data_folder"
