"""Ranks that were started with different programs, command lines or data find out before anything is
trained or written: one line that names the rank and both values, no hang. mpirun's MPMD syntax
(`mpirun -n 1 A : -n 1 B`) makes them differ on one machine."""
import re
import shutil
import struct
import subprocess
import unittest

import plumb

USAGE, INPUT_OUTPUT = 1, 3
TIMEOUT = 60  # seconds; a job that hangs fails here

STUDY = """\
[network]
depth = 2
width = 8
activation = "relu"
[data]
source = "spirals"
[train]
batch = 32
slice = 8
steps = 3
"""


def start(*programs):
    """Each is (ranks, [program, argument, ...]); all together are one job."""
    command = [plumb.MPIEXEC, "-q", "--oversubscribe", "--bind-to", "none"]
    for place, (ranks, arguments) in enumerate(programs):
        command += [":"] * (place > 0) + ["-n", str(ranks), *map(str, arguments)]
    finished = subprocess.run(command, env=plumb.environment(1), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT)
    return plumb.Outcome(command, finished)


def idx(magic, sizes, values):
    return struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + bytes(values)


class Mismatch(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)
        self.results = self.folder / "results"

    def run_line(self, *more, study=None, program=plumb.PROGRAM):
        return [program, "run", study or self.study, "-o", self.results, "--quiet", *more]

    def errors(self, outcome):
        return [line for line in outcome.stderr.splitlines() if "plumbline: warning: " not in line]

    def expect_refused(self, code, rank, what, theirs, first, *programs):
        """One line, by `rank`: `what` is `theirs` there and `first` on rank 0. Nothing written."""
        outcome = start(*programs)
        self.assertEqual(outcome.code, code, str(outcome))
        errors = self.errors(outcome)
        self.assertEqual(len(errors), 1, str(outcome))
        self.assertRegex(
            errors[0],
            rf"^plumbline: error: rank {rank} \(host [^)]+\): {what} [^;]*{re.escape(theirs)}"
            rf"[^;]* differs from rank 0's [^;]*{re.escape(first)}[^;]*; allowed: .*on all ranks",
            str(outcome))
        self.assertEqual(outcome.stdout, "")
        self.assertFalse(self.results.exists(), "something was written")

    def expect_trained(self, *programs):
        outcome = start(*programs)
        self.assertEqual(outcome.code, 0, str(outcome))
        self.assertIn("VERIFICATION: PASSED", outcome.stdout)
        self.assertEqual(outcome.stdout.count("VERIFICATION"), 1, str(outcome))
        return outcome


class Commands(Mismatch):
    def expect_other_command(self, theirs, first, one, other):
        self.expect_refused(USAGE, 1, "command", theirs, first, (1, one), (1, other))

    def test_equal_commands_of_two_programs_are_one_job(self):
        self.expect_trained((1, self.run_line()), (1, self.run_line()))

    def test_different_studies(self):
        other = self.write("other.toml", STUDY)
        self.expect_other_command("other.toml", "study.toml", self.run_line(),
                                  self.run_line(study=other))

    def test_different_overrides(self):
        self.expect_other_command("train.steps=4", "train.steps=5",
                                  self.run_line("--set", "train.steps=5"),
                                  self.run_line("--set", "train.steps=4"))
        self.expect_other_command("train.steps=4", "study.toml", self.run_line(),
                                  self.run_line("--set", "train.steps=4"))

    def test_different_options(self):
        for options in (["--force"], ["--dry-run"], ["--index", "0"]):
            with self.subTest(options=options):
                self.expect_other_command(" ".join(options), "study.toml", self.run_line(),
                                          self.run_line(*options))

    def test_different_folders_for_results(self):
        other = self.run_line()
        other[other.index(self.results)] = self.folder / "elsewhere"
        self.expect_other_command("elsewhere", "results", self.run_line(), other)
        self.assertFalse((self.folder / "elsewhere").exists())

    def test_different_subcommands(self):
        doctor = [plumb.PROGRAM, "doctor"]
        claims = [plumb.PROGRAM, "claims", "-o", self.folder / "claims"]
        self.expect_other_command("doctor", "run", self.run_line(), doctor)
        self.expect_other_command("run", "doctor", doctor, self.run_line())
        self.expect_other_command("claims", "run", self.run_line(), claims)

    def test_the_first_rank_that_differs_is_named(self):
        self.expect_refused(USAGE, 3, "command", "train.steps=4", "study.toml",
                            (3, self.run_line()), (2, self.run_line("--set", "train.steps=4")))

    def test_a_command_line_that_is_wrong_on_one_rank_only(self):
        for programs in (((1, self.run_line()), (1, self.run_line("--frobnicate"))),
                         ((1, self.run_line("--frobnicate")), (1, self.run_line()))):
            outcome = start(*programs)
            self.assertEqual(outcome.code, USAGE, str(outcome))
            errors = self.errors(outcome)
            self.assertEqual(len(errors), 1, str(outcome))
            self.assertIn("--frobnicate", errors[0])
            self.assertFalse(self.results.exists())

    def test_what_may_differ(self):
        """Threads are agreed on, and rank 0 alone prints."""
        line = self.run_line("--threads", "2")
        line.remove("--quiet")
        self.expect_trained((1, self.run_line("--threads", "1")), (1, line))


class Programs(Mismatch):
    def another_build(self):
        """A copy of the program that says it was built from another commit."""
        version = plumb.run(["--version"]).stdout
        commit = re.search(r"\(([^)]+)\)", version).group(1).encode()
        claimed = (b"0" if commit[:1] != b"0" else b"1") + commit[1:]
        content = plumb.pathlib.Path(plumb.PROGRAM).read_bytes()
        self.assertIn(commit, content)
        copy = self.write("plumbline-of-another-commit", content.replace(commit, claimed))
        copy.chmod(0o755)
        return copy, claimed.decode(), commit.decode()

    def test_another_build_of_the_program(self):
        other, theirs, ours = self.another_build()
        self.expect_refused(USAGE, 1, "program", theirs, ours,
                            (1, self.run_line()), (1, self.run_line(program=other)))
        self.expect_refused(USAGE, 2, "program", ours, theirs,
                            (2, self.run_line(program=other)), (1, self.run_line()))

    def test_a_copy_of_the_same_build_may_help(self):
        copy = shutil.copy(plumb.PROGRAM, self.folder / "a copy")
        self.expect_trained((1, self.run_line()), (1, self.run_line(program=copy)))

    def test_other_kernels_are_a_warning(self):
        """Every CPU that we build for can run both; some run Prescott's by themselves."""
        ours = ["env", "OPENBLAS_CORETYPE=Nehalem", *self.run_line()]
        theirs = ["env", "OPENBLAS_CORETYPE=Prescott", *self.run_line()]
        outcome = self.expect_trained((1, ours), (1, theirs))
        warnings = [line for line in outcome.stderr.splitlines() if "depend on the layout" in line]
        self.assertEqual(len(warnings), 1, str(outcome))
        self.assertRegex(warnings[0], r"^plumbline: warning: rank 1 \(host [^)]+\) computes with "
                                      r"OpenBLAS \S+ with \w+ kernels.*, rank 0 with OpenBLAS")
        shutil.rmtree(self.results)
        outcome = self.expect_trained((2, self.run_line()))
        self.assertNotIn("depend on the layout", outcome.stderr)


class Data(Mismatch):
    """64 images of 4 x 4 pixels in three classes, and 16 for the test."""

    def write_digits(self, folder, **changes):
        """changes: file=(place, byte) to put there."""
        files = {
            "train-images-idx3-ubyte": idx(0x803, (64, 4, 4), [i % 251 for i in range(1024)]),
            "train-labels-idx1-ubyte": idx(0x801, (64,), [i % 3 for i in range(64)]),
            "t10k-images-idx3-ubyte": idx(0x803, (16, 4, 4), [i % 241 for i in range(256)]),
            "t10k-labels-idx1-ubyte": idx(0x801, (16,), [i % 3 for i in range(16)]),
        }
        for name, (place, byte) in changes.items():
            content = bytearray(files[name.replace("_", "-")])
            self.assertNotEqual(content[place], byte)
            content[place] = byte
            files[name.replace("_", "-")] = bytes(content)
        for name, content in files.items():
            self.write(f"{folder}/digits/{name}", content)
        return self.folder / folder

    def line_on(self, folder, *more):
        return self.run_line("--set", "data.source=idx", "--set", "data.path=digits",
                             "--data-dir", folder, *more)

    def expect_other_data(self, rank, *programs):
        self.expect_refused(INPUT_OUTPUT, rank, r"\S.*/digits: data:",
                            "64 training and 16 test samples", "64 training and 16 test samples",
                            *programs)

    def test_equal_data_in_different_folders(self):
        here, there = self.write_digits("here"), self.write_digits("there")
        self.expect_trained((1, self.line_on(here)), (1, self.line_on(there)))

    def test_one_byte_of_one_file(self):
        here = self.write_digits("here")
        for name, place in (("train_images_idx3_ubyte", -1), ("train_labels_idx1_ubyte", 8),
                            ("t10k_images_idx3_ubyte", 16), ("t10k_labels_idx1_ubyte", -1)):
            with self.subTest(name=name):
                there = self.write_digits("there", **{name: (place, 2)})
                self.expect_other_data(1, (1, self.line_on(here)), (1, self.line_on(there)))

    def test_the_rank_with_other_data_is_named(self):
        here = self.write_digits("here")
        there = self.write_digits("there", train_images_idx3_ubyte=(-1, 2))
        self.expect_other_data(2, (2, self.line_on(here)), (2, self.line_on(there)))

    def test_a_dry_run_finds_it_too(self):
        here = self.write_digits("here")
        there = self.write_digits("there", train_images_idx3_ubyte=(-1, 2))
        self.expect_other_data(1, (1, self.line_on(here, "--dry-run")),
                               (1, self.line_on(there, "--dry-run")))

    def test_a_number_in_a_table(self):
        rows = [f"{i}.5,{i % 7},{i % 2}" for i in range(64)]
        self.write("here/table.csv", "\n".join(rows) + "\n")
        rows[50] = "50.5,2,0"
        self.write("there/table.csv", "\n".join(rows) + "\n")
        lines = [self.run_line("--set", "data.source=csv", "--set", "data.path=table.csv",
                               "--data-dir", self.folder / name) for name in ("here", "there")]
        self.expect_refused(INPUT_OUTPUT, 1, r"\S.*/there/table.csv: data:", "0 test samples",
                            "64 training", (1, lines[0]), (1, lines[1]))


if __name__ == "__main__":
    unittest.main()
