"""check_layering.py finds each kind of fault in a small tree, and nothing in a tree without."""
import dataclasses
import unittest

import check_layering
import trees


class CheckLayering(trees.TreeTest):
    def setUp(self):
        super().setUp()
        self.rooms = trees.rooms()
        self.write("core/error.hpp", "#pragma once\n")
        self.write("math/gemm/gemm.hpp", '#include <cblas.h>\n#include "core/error.hpp"\n')
        self.write("net/dense.hpp", '#include "math/gemm/gemm.hpp"\n')

    def check(self):
        return check_layering.check(self.rooms, self.source)

    def expect_fault(self, place, words):
        faults = self.check()
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(f"{self.source}/{place}: ", faults[0])
        self.assertIn(words, faults[0])

    def test_a_right_tree_has_no_fault(self):
        self.assertEqual(self.check(), [])

    def test_an_include_that_points_up_is_found_with_its_line(self):
        self.write("core/clock.cpp", '#include <chrono>\n\n#include "math/gemm/gemm.hpp"\n')
        self.expect_fault("core/clock.cpp:3", "core may not include math/gemm/gemm.hpp")

    def test_a_room_that_comes_through_another_must_be_named_all_the_same(self):
        self.rooms["net"] = dataclasses.replace(self.rooms["net"], depends=("math",))
        self.write("net/dense.cpp", '#include "core/error.hpp"\n')
        self.expect_fault("net/dense.cpp:1", "net may not include core/error.hpp; it may include math")

    def test_a_library_behind_another_rooms_wall_is_found(self):
        for header, owner in (("mpi.h", "comm"), ("hdf5.h", "h5"), ("H5DSpublic.h", "h5")):
            self.write("math/wall.cpp", f"#  include <{header}>\n")
            self.expect_fault("math/wall.cpp:1", f"only {owner} may")
        self.write("math/wall.cpp", "")
        self.write("net/wall.cpp", '#include "openblas/cblas.h"\n')
        self.expect_fault("net/wall.cpp:1", "only math may")

    def test_a_room_that_is_not_declared_is_found(self):
        self.write("attic/box.hpp", "#pragma once\n")
        self.expect_fault("attic/box.hpp:1", "room attic has no plumb_room()")

    def test_an_include_without_its_room_is_found(self):
        self.write("math/gemm/gemm.cpp", '#include "gemm.hpp"\n')
        self.expect_fault("math/gemm/gemm.cpp:1", 'written "room/file.hpp"')

    def test_headers_that_include_each_other_are_found(self):
        self.write("core/a.hpp", '#include "core/b.hpp"\n')
        self.write("core/b.hpp", '#include "core/a.hpp"\n')
        faults = self.check()
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("files include each other in a circle: core/", faults[0])

    def test_rooms_that_depend_on_each_other_are_found(self):
        self.rooms["core"] = dataclasses.replace(self.rooms["core"], depends=("net",))
        faults = self.check()
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("rooms include each other in a circle: ", faults[0])


if __name__ == "__main__":
    unittest.main()
