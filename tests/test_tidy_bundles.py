"""tidy_bundles.py hides no finding of the checks in .clang-tidy: whatever is in a bundle, and whether
or not it compiles. (What the compiler alone warns of in a main file is g++'s business.)"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
import tidy_bundles  # noqa: E402

CLEAN = "namespace {{\nint {0}() {{ return 1; }}\n}}\nint call_{0}() {{ return {0}(); }}\n"
FAULT = "#include <string>\nstd::string faulty(std::string text) { std::string moved = std::move(text); return moved + text; }\n"


class TidyBundles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        (self.root / ".clang-tidy").write_text("Checks: '-*,bugprone-*'\nWarningsAsErrors: '*'\n"
                                               "HeaderFilterRegex: '.*'\n")
        (self.root / "build").mkdir()
        self.files = []
        self.options = {}

    def write(self, name, text, options=("c++", "-std=c++20")):
        path = self.root / f"{name}.cpp"
        path.write_text(text)
        self.files.append(str(path))
        self.options[str(path)] = options
        return str(path)

    def bundles(self):
        return tidy_bundles.bundles_of(self.files, self.options)

    def run_program(self):
        commands = [{"directory": str(self.root), "file": file,
                     "command": f"{' '.join(self.options[file])} -o x.o -c {file}"}
                    for file in self.files]
        (self.root / "build/compile_commands.json").write_text(json.dumps(commands))
        return subprocess.run([sys.executable, tidy_bundles.__file__, self.root / "build"], text=True,
                              input="\n".join(self.files), capture_output=True)

    def test_files_without_common_names_share_a_bundle(self):
        a, b = self.write("a", CLEAN.format("one")), self.write("b", CLEAN.format("two"))
        self.assertEqual(self.bundles(), [[a, b]])

    def test_files_with_common_names_or_other_options_or_macros_do_not(self):
        self.write("a", CLEAN.format("one"))
        self.write("b", CLEAN.format("one"))
        self.write("c", CLEAN.format("three"), ("c++", "-std=c++17"))
        self.write("d", "#define HALF 2\n" + CLEAN.format("four"))
        self.assertEqual([len(bundle) for bundle in self.bundles()], [1, 1, 1, 1])

    @unittest.skipUnless(shutil.which("clang-tidy"), "needs clang-tidy")
    def test_a_finding_in_a_bundle_is_reported_with_its_file(self):
        self.write("a", CLEAN.format("one"))
        self.write("b", CLEAN.format("two"))
        clean = self.run_program()
        self.assertEqual(clean.returncode, 0, clean.stdout)
        self.assertIn("2 files in 1 bundles", clean.stdout)
        faulty = self.write("c", FAULT)
        found = self.run_program()
        self.assertIn("3 files in 1 bundles", found.stdout)
        self.assertEqual(found.returncode, 1)
        self.assertIn(f"{faulty}:2:", found.stdout)
        self.assertIn("bugprone-use-after-move", found.stdout)

    @unittest.skipUnless(shutil.which("clang-tidy"), "needs clang-tidy")
    def test_a_bundle_that_does_not_compile_is_no_failure_of_its_files(self):
        # Names that the search for names does not see.
        self.write("a", "namespace {\n  int hidden() { return 1; }\n}\nint a() { return hidden(); }\n")
        self.write("b", "namespace {\n  int hidden() { return 2; }\n}\nint b() { return hidden(); }\n")
        found = self.run_program()
        self.assertEqual(found.returncode, 0, found.stdout)
        self.assertIn("1 bundles did not compile", found.stdout)


if __name__ == "__main__":
    unittest.main()
