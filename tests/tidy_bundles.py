#!/usr/bin/env python3
"""Runs clang-tidy on C++ files, several in one go, as fast as the cores allow.

    tidy_bundles.py BUILD_FOLDER < FILES

Nine tenths of clang-tidy's time go into the standard library's headers, which each file brings
along. So files that are compiled with the same options and share no names are included, one after
the other, into one file (a bundle), and that is analysed. Where a bundle is not clean, or does not
compile, its files are analysed one by one, and only that counts: bundles are never the reason of a
failure.
"""
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

LARGEST_BUNDLE = 12

# What a file says at namespace scope; clang-format puts that into column 0.
NAMES = [re.compile(pattern, re.MULTILINE) for pattern in (
    r"^(?:template <.*> *)?(?:struct|class|enum class|enum|union) (?:\[\[\w+\]\] )?(\w+)[^;]*$",
    r"^using (\w+) =",
    r"^(?:static |inline |extern )*(?:constexpr|const|constinit) [^(\n]*?(\w+)(?:\[.*?\])*(?: =|\{|;)",
    r"^[A-Za-z_][^\n=;#/\"]*?(\w+)\(",
)]
# Macros, and headers that are included several times, reach beyond their file.
ALONE = re.compile(r"^\s*#\s*(?:define|undef|include <hwy/)", re.MULTILINE)
MACRO = re.compile(r"[A-Z_]+|tatic_assert")
# gtest's macros are no names; the test is.
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)


@dataclasses.dataclass
class Bundle:
    files: list
    names: set


def names_in(text):
    """Names that may stand in the way of another file; rather too many than too few."""
    names = {"::".join(match) for match in TEST.findall(text)}
    text = TEST.sub("", text)
    for pattern in NAMES:
        names.update(pattern.findall(text))
    return {name for name in names if not MACRO.fullmatch(name)}


def options_of(command):
    """The compiler and its options, without what differs from file to file."""
    words = shlex.split(command["command"])
    if pathlib.Path(words[0]).name == "ccache":
        words = words[1:]
    return tuple(words[:words.index("-o")])


def bundles_of(files, options):
    """Files by bundle."""
    by_options = collections.defaultdict(list)
    result = []
    for file in files:
        text = pathlib.Path(file).read_text(encoding="utf-8")
        if ALONE.search(text):
            result.append(Bundle([file], set()))
            continue
        names = names_in(text)
        open_ones = by_options[options[file]]
        for bundle in open_ones:
            if len(bundle.files) < LARGEST_BUNDLE and not names & bundle.names:
                bundle.files.append(file)
                bundle.names |= names
                break
        else:
            open_ones.append(Bundle([file], names))
    for open_ones in by_options.values():
        result += open_ones
    return [bundle.files for bundle in sorted(result, key=lambda bundle: -len(bundle.files))]


def tidy(folder, file):
    """(clean, findings) of one file. Standard error holds only counts of suppressed warnings."""
    # `#pragma GCC` is for g++ alone.
    done = subprocess.run(["clang-tidy", "--quiet", "-p", folder, "--extra-arg=-Wno-unknown-pragmas",
                           file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.returncode == 0, done.stdout


def write_bundle(path, files):
    # The warning is about including .cpp files, which is the point here.
    path.write_text("".join(f'#include "{file}"  // NOLINT(bugprone-suspicious-include)\n'
                            for file in files), encoding="utf-8")


def analyse(build, folder, number, files):
    """(findings of files that are not clean, whether a bundle was of no use)."""
    bundled = len(files) > 1 and tidy(folder, folder / f"bundle_{number}.cpp")[0]
    if bundled:
        return [], False
    results = [tidy(build, file) for file in files]
    findings = [text for clean, text in results if not clean]
    return findings, len(files) > 1 and not findings


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    folder = build / "tidy"  # below the folder that holds .clang-tidy
    folder.mkdir(exist_ok=True)
    options = {command["file"]: options_of(command)
               for command in json.loads((build / "compile_commands.json").read_text())}
    files = [file for file in sys.stdin.read().split("\n") if file]
    bundles = bundles_of(files, options)
    commands = []
    for number, bundle in enumerate(bundles):
        path = folder / f"bundle_{number}.cpp"
        write_bundle(path, bundle)
        commands.append({"directory": str(build), "file": str(path),
                         "arguments": [*options[bundle[0]], "-o", "bundle.o", "-c", str(path)]})
    (folder / "compile_commands.json").write_text(json.dumps(commands))
    print(f"clang-tidy: {len(files)} files in {len(bundles)} bundles", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda item: analyse(build, folder, *item), enumerate(bundles)))
    for findings, _ in results:
        print("".join(findings), end="")
    useless = sum(useless for _, useless in results)
    if useless:
        print(f"clang-tidy: {useless} bundles did not compile; their files were analysed one by one")
    sys.exit(1 if any(findings for findings, _ in results) else 0)


if __name__ == "__main__":
    main()
