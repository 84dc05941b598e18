#!/usr/bin/env python3
"""Who may use whom, as src/CMakeLists.txt says it, and the table of it in CONTRIBUTING.md.

    rooms.py ROOMS_JSON CONTRIBUTING_MD [--write]   compares the two, or writes the table

ROOMS_JSON is written by CMake into the build folder.
"""
import dataclasses
import json
import pathlib
import sys

HEADER = ["| room | concern | may include, besides itself |", "|---|---|---|"]


@dataclasses.dataclass
class Room:
    name: str
    concern: str = ""
    depends: tuple = ()  # rooms it may use
    links: tuple = ()  # rooms that CMake links into it
    never: tuple = ()  # rooms that must not come in through others either
    wall: str = ""  # pattern of outside headers that are its alone
    symbols: str = ""  # pattern of outside symbols that are its alone
    library: str = ""


def parse(text):
    """All rooms by name, lowest first."""
    rooms = {name: Room(name, **fields) for name, fields in json.loads(text).items()}
    for room in rooms.values():
        for other in (*room.depends, *room.never):
            if other not in rooms:
                raise SystemExit(f"src/CMakeLists.txt: {room.name} names {other}, which is no room")
    return rooms


def load(path):
    return parse(pathlib.Path(path).read_text(encoding="utf-8"))


def closure(rooms, name):
    """All rooms that come with a room, itself included."""
    found, todo = set(), [name]
    while todo:
        room = todo.pop()
        if room not in found:
            found.add(room)
            todo += rooms[room].depends
    return found


def table(rooms):
    """The lines of CONTRIBUTING's table."""
    lines = list(HEADER)
    for room in rooms.values():
        everything = len(room.depends) == len(rooms) - 1
        others = "all" if everything else ", ".join(room.depends) or "none"
        lines.append(f"| `{room.name}` | {room.concern} | {others} |")
    return lines


def split_at_table(lines):
    """What stands before the table, the table, and what comes after."""
    if HEADER[0] not in lines:
        raise SystemExit(f"there is no table that begins with {HEADER[0]}")
    start = end = lines.index(HEADER[0])
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return lines[:start], lines[start:end], lines[end:]


def main():
    rooms = load(sys.argv[1])
    path = pathlib.Path(sys.argv[2])
    before, written, after = split_at_table(path.read_text(encoding="utf-8").splitlines())
    meant = table(rooms)
    if sys.argv[3:] == ["--write"]:
        path.write_text("\n".join(before + meant + after) + "\n", encoding="utf-8")
        return
    faults = [f"{path}:{len(before) + i + 1}: the table says {old!r}, src/CMakeLists.txt says {new!r}"
              for i, (old, new) in enumerate(zip(written, meant)) if old != new]
    if len(written) != len(meant):
        faults.append(f"{path}:{len(before) + 1}: {len(written) - 2} rooms; there are {len(rooms)}")
    if faults:
        print("\n".join(faults), f"\n{' '.join(sys.argv)} --write brings it up to date")
        sys.exit(1)
    print("the table of rooms is what CMake says")


if __name__ == "__main__":
    main()
