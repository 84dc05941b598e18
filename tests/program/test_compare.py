"""`compare` and `info` over one small study: what tells runs apart, what cannot be read, and runs that
are still being written."""
import csv
import io
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import time
import unittest

import h5py

import plumb

STUDY = """
[network]
depth = 3
width = 16
activation = ["sigmoid", "relu"]
[data]
source = "teacher"
inputs = 8
classes = 3
[train]
batch = 16
slice = 8
steps = 3
learning_rate = [0.1, 0.01]
seed = [1, 2]
"""
INPUT_OUTPUT = 3


class CompareTest(plumb.ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="plumbline compare "))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        (cls.shared / "study.toml").write_text(STUDY)
        cls.results = cls.shared / "results"
        outcome = plumb.run(["run", cls.shared / "study.toml", "-o", cls.results, "--quiet"])
        assert outcome.code == 0, str(outcome)

    def table(self, *arguments, **options):
        return self.run_program("compare", self.results, *arguments, **options).stdout

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.table("--csv", *arguments))))

    def test_every_setting_that_differs_is_a_column_and_80_columns_suffice(self):
        for columns in ("80", "50"):
            text = self.table(wrap=("env", f"COLUMNS={columns}"))
            for name in ("activation", "learning_rate", "seed"):
                self.assertIn(name, text)
            self.assertLessEqual(max(map(len, text.splitlines())), int(columns), text)
            self.assertIn("Left out, as", text)
        self.assertNotIn("Left out", self.table(wrap=("env", "COLUMNS=300")))

    def test_seeds_are_grouped_and_the_best_rate_of_each_network_is_found(self):
        every = self.rows()
        groups = self.rows("--group-by", "seed")
        self.assertEqual([row["runs"] for row in groups], ["2"] * 4)
        two = [float(row["test_loss"]) for row in every[:2]]
        self.assertAlmostEqual(float(groups[0]["test_loss"]), sum(two) / 2, places=12)
        self.assertAlmostEqual(float(groups[0]["test_loss_deviation"]),
                               abs(two[0] - two[1]) / 2 ** 0.5, places=12)
        best = self.rows("--group-by", "seed", "--best", "loss")
        self.assertEqual([row["activation"] for row in best], ["sigmoid", "relu"])
        for row in best:
            self.assertEqual(row["test_loss"], min(
                (other["test_loss"] for other in groups if other["activation"] == row["activation"]),
                key=float))
        self.assertIn("learning_rate", self.table("--group-by", "seed", "--best", "loss"))

    def test_columns_order_and_json(self):
        rows = self.rows("--columns", "index,learning_rate,test_loss", "--sort", "test_loss",
                         "--reverse")
        self.assertEqual(list(rows[0]), ["index", "train.learning_rate", "test_loss"])
        losses = [float(row["test_loss"]) for row in rows]
        self.assertEqual(losses, sorted(losses, reverse=True))
        runs = json.loads(self.table("--json"))["runs"]
        self.assertEqual(len(runs), 8)
        self.assertEqual([runs[0]["train.seed"], runs[0]["depth"], runs[0]["status"]],
                         [1, 3, "completed"])
        for wrong in (["--columns", "colour"], ["--sort", "colour"], ["--group-by", "colour"],
                      ["--best", "colour"], ["--csv", "--json"]):
            outcome = self.run_program("compare", self.results, *wrong, code=1)
            self.assertRegex(outcome.stderr, r"^plumbline: error: compare.*allowed: .*\n$")

    def test_what_cannot_be_read_is_named_and_left_out(self):
        folder = self.folder / "results"
        shutil.copytree(self.results, folder)
        damaged = folder / "0009-cut.h5"
        damaged.write_bytes(next(folder.glob("0000-*")).read_bytes()[:5000])
        (folder / "0010-foreign.h5").write_text("notes\n")
        for ranks in (None, 2):
            outcome = self.run_program("compare", folder, "--csv", ranks=ranks, code=INPUT_OUTPUT)
            self.assertEqual(len(outcome.stdout.splitlines()), 9, str(outcome))
            warnings = [line for line in outcome.stderr.splitlines() if "plumbline: " in line]
            self.assertEqual(len(warnings), 2, str(outcome))
            self.assertRegex(warnings[0], r"warning: .*0009-cut\.h5: H5Fopen: truncated.*left out")
            self.assertRegex(warnings[1], r"0010-foreign\.h5: not a Plumbline history.*left out")
        good = next(folder.glob("0000-*"))
        outcome = self.run_program("info", good, damaged, code=INPUT_OUTPUT)
        self.assertIn("completed", outcome.stdout)
        self.assertRegex(outcome.stderr, r"^plumbline: error: .*0009-cut\.h5: .*\n$")

    def test_info_of_several_files_begins_with_what_matters(self):
        one, two, *_ = sorted(self.results.glob("*.h5"))
        text = self.run_program("info", one, two).stdout
        self.assertLessEqual(len(text.splitlines()), 28, text)
        for word in ("status", "network", "teacher", "1 rank x 1 thread", "GFLOP/s", "forward"):
            self.assertIn(word, text)
        self.assertEqual(text.count("status "), 2)
        self.assertIn("/gradients/delta_rms", self.run_program("info", "--all", one).stdout)

    def on_a_terminal(self, **variables):
        """What compare prints on a terminal of 80 columns."""
        leader, follower = pty.openpty()
        environment = plumb.environment(1) | {"TERM": "xterm", "COLUMNS": "80"} | variables
        subprocess.run([plumb.PROGRAM, "compare", str(next(self.results.glob("0000-*.h5")))],
                       stdout=follower, stdin=subprocess.DEVNULL, env=environment, check=True,
                       timeout=60)
        os.close(follower)
        text = os.read(leader, 65536).decode()
        os.close(leader)
        return text

    def test_colour_is_for_terminals_alone(self):
        self.assertIn("\x1b[", self.on_a_terminal())
        self.assertNotIn("\x1b[", self.on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.table())


class RunUnderWay(plumb.ProgramTest):
    def test_others_and_we_read_a_run_that_is_being_written(self):
        study = self.write("study.toml", STUDY)
        results = self.folder / "results"
        command = plumb.command_line(
            ["run", study, "-o", results, "--quiet", "--set", "train.steps=10000000",
             "--index", "0"], None)
        job = subprocess.Popen(command, env=plumb.environment(1), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        try:
            self.look_at(results)
        finally:
            job.kill()
            job.wait()
        self.assertRegex(self.run_program("compare", results).stdout, "unfinished")

    def look_at(self, results):
        end = time.monotonic() + 60
        while not self.rows_by_h5py(results):
            self.assertLess(time.monotonic(), end, "no rows that h5py can read")
            time.sleep(0.2)
        for _ in range(3):
            rows = list(csv.DictReader(io.StringIO(
                self.run_program("compare", results, "--csv").stdout)))
            self.assertEqual([row["status"] for row in rows], ["unfinished"])
            self.assertGreater(int(rows[0]["recorded_steps"]), 0)
            self.assertGreater(float(rows[0]["delta_rms_first_layer"]), 0)
        part = next(results.glob("*.part"))
        self.assertRegex(self.run_program("info", part).stdout, r"status +unfinished")

    @staticmethod
    def rows_by_h5py(results):
        """0 before the first flush, and when it comes in the middle of one."""
        try:
            with h5py.File(next(results.glob("*.part")), "r") as file:
                return len(file["gradients/step"])
        except (OSError, KeyError, StopIteration):
            return 0


if __name__ == "__main__":
    unittest.main()
