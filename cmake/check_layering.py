#!/usr/bin/env python3
"""Fails when a room of src/ includes what the drawing of the house does not allow.

Usage: check_layering.py SOURCE_FOLDER
"""
import graphlib
import pathlib
import re
import sys

# Each room, and the rooms (or single headers) it may include besides its own. Lowest first.
MAY_INCLUDE = {
    "core": "",
    "math": "core",
    "comm": "core",
    "h5": "core",
    "data": "core",
    "net": "math core",
    "theory": "net math core",
    "train": "net data comm math core",
    "probe": "train net math core",
    "record": "probe/rows.hpp h5 core",
    "report": "record h5 core",
    "study": "probe train net data core",
    "experiment": "study record probe theory train net data comm core",
    "claims": "experiment study theory record probe train net data math comm core",
    "cli": "claims experiment study report record probe theory train net data h5 comm math core",
}

# Outside headers that only one room may include.
WALLS = {
    r"mpi(-ext)?\.h": "comm",
    r"hdf5(_hl)?\.h|H5\w+\.h": "h5",
    r"(.*/)?(cblas|f77blas|openblas_config|lapack|lapacke)\.h": "math",
    r"toml\+\+/.*": "study",
    r"zlib\.h": "data",
}

# Made by the build, not found in src/.
GENERATED = {"plumb_version.hpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes_of(path):
    """Yields (line number, name, whether it is written in quotes)."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] or match[2], match[1] is not None


def wrong_room(room, name, source_folder):
    """Says why a file of `room` may not include the project's header `name`, or returns None."""
    if name in GENERATED:
        return None
    target = name.split("/")[0]
    if target not in MAY_INCLUDE or not (source_folder / name).is_file():
        return f'"{name}" is not a file of src/; includes are written "room/file.hpp"'
    allowed = MAY_INCLUDE[room].split()
    if target == room or target in allowed or name in allowed:
        return None
    return f"{room} may not include {name}; it may include {', '.join(allowed) or 'no other room'}"


def wrong_wall(room, name):
    """Says why a file of `room` may not include the outside header `name`, or returns None."""
    for pattern, owner in WALLS.items():
        if re.fullmatch(pattern, name) and room != owner:
            return f"{room} may not include {name}; only {owner} may"
    return None


def cycle_in(graph):
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return " -> ".join(reversed(error.args[1]))
    return None


def check(source_folder):
    """Returns the list of faults, each with its file and line."""
    faults = []
    files = {}
    for path in sorted(source_folder.rglob("*.[ch]pp")):
        place = path.relative_to(source_folder)
        room = place.parts[0]
        if room not in MAY_INCLUDE:
            faults.append(f"{path}:1: room {room} is not in the table of check_layering.py")
            continue
        files[str(place)] = []
        for line, name, quoted in includes_of(path):
            fault = wrong_wall(room, name) or (quoted and wrong_room(room, name, source_folder))
            if fault:
                faults.append(f"{path}:{line}: {fault}")
            if quoted:
                files[str(place)].append(name)
    rooms = {room: {entry.split("/")[0] for entry in entries.split()}
             for room, entries in MAY_INCLUDE.items()}
    for what, graph in (("rooms", rooms), ("files", files)):
        cycle = cycle_in(graph)
        if cycle:
            faults.append(f"{source_folder}:1: {what} include each other in a circle: {cycle}")
    return faults


def main():
    source_folder = pathlib.Path(sys.argv[1])
    if not source_folder.is_dir():
        sys.exit(f"{source_folder} is not a folder")
    faults = check(source_folder)
    print("\n".join(faults) or "every include points down")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
