"""rooms.py finds where the table in CONTRIBUTING.md differs, and mends it."""
import contextlib
import io
import json
import sys
import unittest
from unittest import mock

import rooms
import trees

ROOMS = {"core": {"concern": "errors", "depends": []},
         "math": {"concern": "GEMM", "depends": ["core"]},
         "cli": {"concern": "commands", "depends": ["math", "core"]}}


class TableOfRooms(trees.TreeTest):
    def setUp(self):
        super().setUp()
        self.json = self.write("rooms.json", json.dumps(ROOMS))
        self.table = "\n".join(rooms.table(rooms.load(self.json)))
        self.document = self.write("A.md", f"# Rooms\n\n{self.table}\n\nThe end.\n")

    def run_main(self, *arguments):
        """The exit code and what it prints."""
        output = io.StringIO()
        with mock.patch.object(sys, "argv", ["rooms.py", str(self.json), str(self.document), *arguments]), \
                contextlib.redirect_stdout(output):
            try:
                rooms.main()
            except SystemExit as end:
                return end.code, output.getvalue()
        return 0, output.getvalue()

    def test_the_table_says_who_may_use_whom(self):
        self.assertEqual(self.table.splitlines()[2:],
                         ["| `core` | errors | none |", "| `math` | GEMM | core |",
                          "| `cli` | commands | all |"])

    def test_a_right_table_passes(self):
        self.assertEqual(self.run_main()[0], 0)

    def test_a_wrong_row_a_missing_row_and_a_row_too_many_are_found(self):
        right = self.document.read_text()
        for old, new, place in (("| GEMM | core |", "| GEMM | none |", "A.md:6: "),
                                ("| `math` | GEMM | core |\n", "", "A.md:6: "),
                                ("\n\nThe end", "\n| `attic` | old | core |\n\nThe end", "A.md:3: ")):
            with self.subTest(new):
                self.document.write_text(right.replace(old, new))
                code, output = self.run_main()
                self.assertEqual(code, 1)
                self.assertIn(place, output)
                self.run_main("--write")
                self.assertEqual(self.document.read_text(), right)

    def test_a_name_that_is_no_room_is_refused(self):
        self.write("rooms.json", json.dumps({"core": {"depends": ["attic"]}}))
        self.assertIn("core names attic, which is no room", self.run_main()[0])


if __name__ == "__main__":
    unittest.main()
