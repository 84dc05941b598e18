#!/usr/bin/env python3
"""Fails when a room of src/ includes what src/CMakeLists.txt does not allow.

    check_layering.py ROOMS_JSON SOURCE_FOLDER
"""
import graphlib
import pathlib
import re
import sys

import rooms as drawing

# Made by the build, not found in src/.
GENERATED = {"plumb_version.hpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes_of(path):
    """Yields (line number, name, whether it is written in quotes)."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1] or match[2], match[1] is not None


def wrong_room(rooms, room, name, source_folder):
    """Says why a file of `room` may not include the project's header `name`, or returns None."""
    if name in GENERATED:
        return None
    target = name.split("/")[0]
    if target not in rooms or not (source_folder / name).is_file():
        return f'"{name}" is not a file of src/; includes are written "room/file.hpp"'
    allowed = rooms[room].depends
    if target == room or target in allowed:
        return None
    return f"{room} may not include {name}; it may include {', '.join(allowed) or 'no other room'}"


def wrong_wall(rooms, room, name):
    """Says why a file of `room` may not include the outside header `name`, or returns None."""
    for owner in rooms.values():
        if owner.wall and room != owner.name and re.fullmatch(owner.wall, name):
            return f"{room} may not include {name}; only {owner.name} may"
    return None


def cycle_in(graph):
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return " -> ".join(reversed(error.args[1]))
    return None


def check(rooms, source_folder):
    """Returns the list of faults, each with its file and line."""
    faults = []
    files = {}
    for path in sorted(source_folder.rglob("*.[ch]pp")):
        place = path.relative_to(source_folder)
        room = place.parts[0]
        if room not in rooms:
            faults.append(f"{path}:1: room {room} has no plumb_room() in src/CMakeLists.txt")
            continue
        files[str(place)] = []
        for line, name, quoted in includes_of(path):
            fault = wrong_wall(rooms, room, name) or (
                quoted and wrong_room(rooms, room, name, source_folder))
            if fault:
                faults.append(f"{path}:{line}: {fault}")
            if quoted:
                files[str(place)].append(name)
    graph_of_rooms = {room.name: room.depends for room in rooms.values()}
    for what, graph in (("rooms", graph_of_rooms), ("files", files)):
        cycle = cycle_in(graph)
        if cycle:
            faults.append(f"{source_folder}:1: {what} include each other in a circle: {cycle}")
    return faults


def main():
    source_folder = pathlib.Path(sys.argv[2])
    if not source_folder.is_dir():
        sys.exit(f"{source_folder} is not a folder")
    faults = check(drawing.load(sys.argv[1]), source_folder)
    print("\n".join(faults) or "every include points down")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
