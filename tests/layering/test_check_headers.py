"""check_headers.py finds headers that need another one before them."""
import os
import unittest

import check_headers
import trees


class CheckHeaders(trees.TreeTest):
    def setUp(self):
        super().setUp()
        self.write("core/count.hpp", "#pragma once\n#include <cstddef>\nusing count = std::size_t;\n")
        source = self.write("core/count.cpp", '#include "core/count.hpp"\n')
        compiler = os.environ.get("CXX", "c++")
        self.commands = [{"file": str(source),
                          "command": f"{compiler} -I{self.source} -o count.o -c {source}"}]

    def check(self):
        return check_headers.check(self.commands, self.source)

    def test_a_header_that_its_own_file_begins_with_is_not_compiled_again(self):
        self.assertEqual(self.check(), ([], 0, 1))

    def test_a_header_without_a_file_of_its_name_is_compiled(self):
        self.write("core/sum.hpp", '#pragma once\n#include "core/count.hpp"\ncount sum();\n')
        self.assertEqual(self.check(), ([], 1, 2))

    def test_a_header_that_needs_another_one_before_it_is_found(self):
        path = self.write("core/sum.hpp", "#pragma once\ncount sum();\n")
        for source in (None, '#include "core/count.hpp"\n#include "core/sum.hpp"\n'):
            if source:
                self.write("core/sum.cpp", source)
            faults, alone, _ = self.check()
            self.assertEqual((len(faults), alone), (1, 1), faults)
            self.assertIn(f"{path}:1: not on its own:", faults[0])
            self.assertIn("count", faults[0])


if __name__ == "__main__":
    unittest.main()
