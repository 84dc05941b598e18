"""What a dry run promises is what a run takes: bytes of the files, memory, and time."""
import json
import re
import unittest

import plumb

STUDIES = {
    # Few rows: chunks that are mostly empty, attributes and axes are nearly all of the file.
    "short": """
        [network]
        depth = [2, 12]
        width = 16
        [data]
        source = "spirals"
        [train]
        batch = 32
        slice = 16
        steps = 5
        """,
    # Histograms of each step, which are compressed.
    "counted": """
        [network]
        depth = 10
        width = 64
        activation = ["sigmoid", "relu"]
        [data]
        source = "shapes"
        [train]
        batch = 64
        slice = 32
        steps = 60
        [record]
        histogram_every = 1
        """,
    # Many rows, and evaluations.
    "long": """
        [network]
        depth = 3
        width = 8
        [data]
        source = "spirals"
        [train]
        batch = 16
        slice = 16
        steps = 3000
        evaluate_every = 1000
        """,
    # Snapshots in float64; rows of time steps.
    "snapshots": """
        [network]
        family = "rnn"
        depth = 10
        width = 40
        [data]
        source = "adding"
        [train]
        batch = 32
        slice = 16
        steps = 20
        precision = "float64"
        [record]
        every = 10
        snapshot_steps = [0, 10, 19]
        """,
}
BUCKETS = """
    [network]
    depth = 6
    width = 100
    [data]
    source = "shapes"
    [train]
    batch = 32
    slice = 16
    steps = 100
    [record]
    buckets = true
    histogram_every = 50
    """


class DryRun(plumb.ProgramTest):
    def promise(self, study, *arguments, **options):
        """The table by column, for each run, and the lines below it."""
        outcome = self.run_program("run", study, "--dry-run", "-o", self.folder / "nowhere",
                                   *arguments, **options)
        lines = outcome.stdout.splitlines()
        head = lines[1].replace("MB recorded", "recorded").split()
        rows = [dict(zip(head, line.split())) for line in lines[2:] if re.match(r" +\d+  ", line)]
        self.assertFalse((self.folder / "nowhere").exists())
        return rows, lines[2 + len(rows):]

    def expect_bytes(self, name, text, **options):
        study = self.write(f"{name}.toml", text)
        rows, rest = self.promise(study, **options)
        files = sorted(self.train(study, name, **options).glob("*.h5"))
        self.assertEqual(len(rows), len(files))
        total = 0
        for row, file in zip(rows, files):
            promised = 1e6 * float(row["recorded"])
            total += file.stat().st_size
            self.assertLess(abs(promised / file.stat().st_size - 1), 0.15,
                            f"{file.name}: {promised:.0f} promised, {file.stat().st_size}")
        promised = 1e6 * float(re.search(r"total: (\S+) MB recorded", "\n".join(rest))[1])
        self.assertLess(abs(promised / total - 1), 0.15)

    def test_the_bytes_of_the_files_are_those_that_were_promised(self):
        for name, text in STUDIES.items():
            with self.subTest(name):
                self.expect_bytes(name, text)

    def test_the_bytes_with_buckets_on_two_ranks(self):
        self.expect_bytes("buckets", BUCKETS, ranks=2)

    def test_a_job_script_can_ask_for_what_is_printed(self):
        study = self.write("short.toml", STUDIES["short"])
        for ranks in (None, 2):
            rows, rest = self.promise(study, ranks=ranks)
            text = "\n".join(rest)
            memory = float(re.search(r"at most (\S+) MB of memory per rank", text)[1])
            self.assertGreater(memory, max(float(row["MB/rank"]) for row in rows))
            self.assertRegex(text, rf"whole study in one job: #SBATCH --ntasks={ranks or 1} "
                                   r"--cpus-per-task=1 --mem=\d+00M\n")
            self.assertIn("#SBATCH --array=0-1 ", text)
            self.assertIn("--dry-run --time measures", text)

    def test_the_time_is_measured(self):
        """Within a factor of three: the machine has other things to do, too."""
        study = self.write("counted.toml", STUDIES["counted"])
        rows, rest = self.promise(study, "--time", ranks=2)
        text = "\n".join(rest)
        self.assertRegex(text, r"--mem=\d+00M --time=0:0\d:00\n")
        results = self.train(study, ranks=2)
        runs = json.loads((results / "result.json").read_text())["runs"]
        for row, run in zip(rows, runs):
            promised = 1e-3 * float(row["ms/step"])
            self.assertLess(promised, 3 * run["step_seconds"]["p95"])
            self.assertGreater(promised, run["step_seconds"]["median"] / 3)
            self.assertGreater(float(row["seconds"]), 60 * promised)

    def test_time_belongs_to_a_dry_run(self):
        study = self.write("short.toml", STUDIES["short"])
        outcome = self.run_program("run", study, "--time", code=1)
        self.assertIn("--dry-run", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
