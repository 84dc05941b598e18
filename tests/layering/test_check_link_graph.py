"""check_link_graph.py finds symbols that a room must not use, and rooms that it links for nothing."""
import dataclasses
import os
import subprocess
import unittest

import check_link_graph
import trees


class CheckLinkGraph(trees.TreeTest):
    def setUp(self):
        super().setUp()
        self.rooms = trees.rooms()
        self.build("core", "namespace core { int seed() { return 1; } }\n")
        self.build("math", "namespace core { int seed(); }\n"
                           "namespace math { int draw() { return core::seed(); } }\n")
        self.build("comm", 'extern "C" int MPI_Init();\n'
                           "namespace comm { int start() { return MPI_Init(); } }\n")
        self.build("h5", "")
        self.build("net", "namespace core { int seed(); }\nnamespace math { int draw(); }\n"
                          "namespace net { int init() { return core::seed() + math::draw(); } }\n")
        self.change("comm", symbols="P?MPI_.*")
        for name, room in self.rooms.items():
            self.write(f"{name}/uses.cpp", "".join(f'#include "{other}/a.hpp"\n' for other in room.depends))

    def build(self, name, text):
        """A library of one file."""
        source = self.write(f"{name}/{name}.cpp", text)
        object_file, library = self.root / f"{name}.o", self.root / f"lib{name}.a"
        subprocess.run([os.environ.get("CXX", "c++"), "-c", source, "-o", object_file], check=True)
        library.unlink(missing_ok=True)
        subprocess.run(["ar", "rcs", library, object_file], check=True)
        self.change(name, library=str(library))

    def change(self, name, **fields):
        self.rooms[name] = dataclasses.replace(self.rooms[name], **fields)

    def faults(self):
        return check_link_graph.check(self.rooms, self.source)

    def test_a_right_tree_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_a_symbol_of_a_room_out_of_reach_is_found(self):
        self.build("math", "namespace comm { int start(); }\nint call() { return comm::start(); }\n")
        self.assertEqual(self.faults(), ["math uses comm::start() of comm, on which it does not depend"])

    def test_a_symbol_behind_another_rooms_wall_is_found(self):
        self.build("net", 'extern "C" int MPI_Init();\nint call() { return MPI_Init(); }\n')
        self.assertEqual(self.faults(), ["net uses MPI_Init; only comm may"])

    def test_a_room_that_comes_through_another_may_be_used(self):
        self.change("net", depends=("math",), links=("math",))
        self.assertEqual(self.faults(), [])

    def test_a_room_that_depends_on_what_it_does_not_use_is_found(self):
        self.write("net/uses.cpp", '#include "core/a.hpp"\n')
        self.assertEqual(self.faults(), ["net depends on math and includes nothing of it"])

    def test_a_room_that_links_more_than_it_depends_on_is_found(self):
        self.change("net", links=("core", "h5", "math"))
        self.assertEqual(self.faults(), ["net links core, h5, math; it depends on core, math"])

    def test_a_room_that_must_not_come_in_through_others_is_found(self):
        self.change("net", never=("comm",))
        self.assertEqual(self.faults(), [])
        self.change("math", depends=("core", "comm"), links=("core", "comm"))
        self.write("math/more.cpp", '#include "comm/a.hpp"\n')
        self.assertEqual(self.faults(),
                         ["net must never have comm, and has it through what it depends on"])


if __name__ == "__main__":
    unittest.main()
