"""check_layering.py finds each kind of fault in a small tree, and nothing in a tree without."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True  # no __pycache__ beside the sources
sys.path.insert(0, str(ROOT / "cmake"))

import check_layering  # noqa: E402


class CheckLayering(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name) / "src"
        self.write("core/error.hpp", "#pragma once\n")
        self.write("math/gemm/gemm.hpp", '#include <cblas.h>\n#include "core/error.hpp"\n')
        self.write("probe/rows.hpp", "#pragma once\n")
        self.write("probe/norms.hpp", '#include "probe/rows.hpp"\n')
        self.write("record/writer.hpp", '#include "probe/rows.hpp"\n')

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def expect_fault(self, place, words):
        faults = check_layering.check(self.source)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(f"{self.source}/{place}: ", faults[0])
        self.assertIn(words, faults[0])

    def test_a_right_tree_has_no_fault(self):
        self.assertEqual(check_layering.check(self.source), [])

    def test_an_include_that_points_up_is_found_with_its_line(self):
        self.write("core/clock.cpp", '#include <chrono>\n\n#include "math/gemm/gemm.hpp"\n')
        self.expect_fault("core/clock.cpp:3", "core may not include math/gemm.hpp")

    def test_a_room_that_may_use_one_header_may_not_use_its_neighbour(self):
        self.write("record/writer.cpp", '#include "probe/norms.hpp"\n')
        self.expect_fault("record/writer.cpp:1", "record may not include probe/norms.hpp")

    def test_a_library_behind_another_rooms_wall_is_found(self):
        for header, owner in (("mpi.h", "comm"), ("hdf5.h", "h5"), ("H5DSpublic.h", "h5")):
            self.write("math/wall.cpp", f"#  include <{header}>\n")
            self.expect_fault("math/wall.cpp:1", f"only {owner} may")
        self.write("math/wall.cpp", "")
        self.write("net/wall.cpp", '#include "openblas/cblas.h"\n')
        self.expect_fault("net/wall.cpp:1", "only math may")

    def test_a_room_nobody_drew_is_found(self):
        self.write("attic/box.hpp", "#pragma once\n")
        self.expect_fault("attic/box.hpp:1", "room attic is not in the table")

    def test_an_include_without_its_room_is_found(self):
        self.write("math/gemm/gemm.cpp", '#include "gemm.hpp"\n')
        self.expect_fault("math/gemm.cpp:1", 'written "room/file.hpp"')

    def test_headers_that_include_each_other_are_found(self):
        self.write("core/a.hpp", '#include "core/b.hpp"\n')
        self.write("core/b.hpp", '#include "core/a.hpp"\n')
        faults = check_layering.check(self.source)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("files include each other in a circle: core/", faults[0])


if __name__ == "__main__":
    unittest.main()
