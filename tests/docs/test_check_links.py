"""check_links.py finds each kind of dead link, and nothing wrong in what is no link to a file."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
import check_links  # noqa: E402


class CheckLinks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("docs/there is.md", "")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self, text):
        self.write("docs/a.md", text)
        return [fault.removeprefix(f"{self.root}/docs/") for fault in check_links.check(self.root)]

    def test_files_folders_headings_and_the_web_are_right(self):
        self.assertEqual(self.faults("[a](there%20is.md#part) [b](../docs) [c](#here) [d](/docs)\n"
                                     "[e](https://example.org/x.md) <https://example.org>\n\n"
                                     "[f]: mailto:x@example.org\n"), [])

    def test_a_dead_link_is_found_with_its_line(self):
        for text in ("[a](gone.md)", "[`a`\nb](gone.md)", "![a](gone.md)", "[a](gone.md \"title\")",
                     "[a]: gone.md", "[a](<gone.md>)"):
            with self.subTest(text):
                line = 2 + text.count("\n")
                self.assertEqual(self.faults("\n" + text + "\n"),
                                 [f"a.md:{line}: gone.md: no such file"])

    def test_a_dead_link_with_a_heading_is_found(self):
        self.assertEqual(self.faults("[a](gone.md#part)"), ["a.md:1: gone.md#part: no such file"])

    def test_a_link_out_of_the_repository_is_found(self):
        self.assertEqual(self.faults("[a](../../x)"),
                         ["a.md:1: ../../x: points out of the repository"])

    def test_code_has_no_links(self):
        self.assertEqual(self.faults("`w[i](gone)`\n\n```sh\n[a](gone.md)\n```\n"), [])
        self.assertEqual(self.faults("```\nx\n```\n[a](gone.md)\n```\ny\n```\n"),
                         ["a.md:4: gone.md: no such file"])

    def test_build_folders_are_not_read(self):
        self.write("build/a.md", "[a](gone.md)")
        self.write(".git/a.md", "[a](gone.md)")
        self.assertEqual(self.faults(""), [])


if __name__ == "__main__":
    unittest.main()
