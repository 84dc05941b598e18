#!/usr/bin/env python3
"""Fails when a header of src/ does not compile on its own.

    check_headers.py BUILD_FOLDER SOURCE_FOLDER

A header that is the first include of the .cpp file of its name was compiled on its own when the
build compiled that file. All others are compiled here, with the options of a neighbour.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

import check_layering


def first_include(path):
    return next((name for _, name, _ in check_layering.includes_of(path)), None)


def compiled_first(header, source_folder):
    """Whether the .cpp file of its name begins with it."""
    source = header.with_suffix(".cpp")
    return source.is_file() and first_include(source) == str(header.relative_to(source_folder))


def options_by_room(commands, source_folder):
    """The compiler and its options of one file of each room."""
    result = {}
    for command in commands:
        path = pathlib.Path(command["file"])
        if path.is_relative_to(source_folder):
            words = shlex.split(command["command"])
            end = words.index("-o")  # then come: the object file, -c, the source
            result.setdefault(path.relative_to(source_folder).parts[0], words[:end])
    return result


def compile_alone(header, options):
    """What the compiler complains of, or an empty string."""
    done = subprocess.run([*options, "-fsyntax-only", "-x", "c++", "-"], capture_output=True,
                          text=True, input=f'#include "{header}"\n')
    return "" if done.returncode == 0 else f"{header}:1: not on its own:\n{done.stderr}"


def check(commands, source_folder):
    """Returns (faults, number of headers that were compiled here, number of headers)."""
    options = options_by_room(commands, source_folder)
    headers = sorted(source_folder.rglob("*.hpp"))
    alone = [header for header in headers if not compiled_first(header, source_folder)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = pool.map(
            lambda header: compile_alone(header, options[header.relative_to(source_folder).parts[0]]),
            alone)
        return [complaint for complaint in complaints if complaint], len(alone), len(headers)


def main():
    commands = json.loads(pathlib.Path(sys.argv[1], "compile_commands.json").read_text())
    faults, alone, all_headers = check(commands, pathlib.Path(sys.argv[2]).resolve())
    print("\n".join(faults) or f"each of {all_headers} headers compiles on its own; {alone} compiled "
          "here, the others first in the file of their name")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
