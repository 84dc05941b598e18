#!/usr/bin/env python3
"""Fails when the libraries of the rooms do not depend on each other as src/CMakeLists.txt says.

    check_link_graph.py ROOMS_JSON

- A room uses no symbol of a room that it neither DEPENDS on nor gets through one it DEPENDS on.
- A room uses no symbol of an outside library behind another room's wall.
- A room uses something of each room that it DEPENDS on.
- CMake links into a room what it DEPENDS on, and nothing else.
- What a room must NEVER have does not come in through others.
"""
import pathlib
import re
import subprocess
import sys

import rooms as drawing


def symbols_of(library):
    """(defined, undefined) symbols of a static library, as nm names them."""
    text = subprocess.run(["nm", "--format=posix", library], check=True, capture_output=True,
                          text=True).stdout
    defined, undefined = set(), set()
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            (undefined if fields[1] in "Uw" else defined).add(fields[0])
    return defined, undefined - defined


def readable(symbol):
    return subprocess.run(["c++filt", symbol], check=True, capture_output=True,
                          text=True).stdout.strip()


def wrong_symbols(rooms, symbols, name):
    """Symbols of rooms and libraries out of a room's reach."""
    reach = drawing.closure(rooms, name)
    owners = {}
    for other, (defined, _) in symbols.items():
        for symbol in defined & symbols[name][1]:
            owners.setdefault(symbol, set()).add(other)
    for symbol, where in sorted(owners.items()):
        if not where & reach:
            yield f"{name} uses {readable(symbol)} of {min(where)}, on which it does not depend"
    for owner in rooms.values():
        if owner.symbols and owner.name != name:
            for symbol in sorted(filter(re.compile(owner.symbols).fullmatch, symbols[name][1])):
                yield f"{name} uses {symbol}; only {owner.name} may"


def included_rooms(source_folder, name):
    """Rooms that a room's files include; headers may hold all there is to use."""
    pattern = re.compile(r'^\s*#\s*include\s*"(\w+)/', re.MULTILINE)
    return {room for path in source_folder.joinpath(name).rglob("*.[ch]pp")
            for room in pattern.findall(path.read_text(encoding="utf-8"))}


def check_drawing(rooms):
    """Faults that need no library."""
    for room in rooms.values():
        if set(room.links) != set(room.depends):
            yield (f"{room.name} links {', '.join(sorted(room.links)) or 'none'}; it depends on "
                   f"{', '.join(sorted(room.depends)) or 'none'}")
        for other in sorted(drawing.closure(rooms, room.name) & set(room.never)):
            yield f"{room.name} must never have {other}, and has it through what it depends on"


def check(rooms, source_folder):
    """Returns the list of faults."""
    faults = list(check_drawing(rooms))
    symbols = {name: symbols_of(room.library) for name, room in rooms.items()}
    for name, room in rooms.items():
        faults += wrong_symbols(rooms, symbols, name)
        for other in sorted(set(room.depends) - included_rooms(source_folder, name)):
            faults.append(f"{name} depends on {other} and includes nothing of it")
    return faults


def main():
    faults = check(drawing.load(sys.argv[1]), pathlib.Path(__file__).resolve().parents[1] / "src")
    print("\n".join(f"src/CMakeLists.txt: {fault}" for fault in faults) or
          "every library uses only what its room depends on")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
