"""The memory that a dry run promises is the memory that a run takes."""
import pathlib
import re
import subprocess
import time
import unittest

import plumb

TOLERANCE = 0.10

STUDY = """\
[data]
source = "{source}"
[train]
steps = 1
"""

SMALL = {"network.depth": 2, "network.width": 2, "train.batch": 8, "train.slice": 1}


def settings(values):
    return [argument for key, value in values.items() for argument in ("--set", f"{key}={value}")]


def most_resident(arguments, threads):
    """Bytes of memory the program had at its peak (VmHWM, read until it ends)."""
    process = subprocess.Popen(plumb.command_line(arguments, None), env=plumb.environment(threads),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = pathlib.Path(f"/proc/{process.pid}/status")
    most = 0
    while process.poll() is None:
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, 1024 * int(line.split()[1]))
        time.sleep(0.005)
    assert process.returncode == 0, arguments
    return most


class Memory(plumb.ProgramTest):
    def promised(self, study, values, threads):
        outcome = self.run_program("run", study, "--dry-run", *settings(values), threads=threads)
        return 1e6 * float(outcome.stdout.split("\n")[2].split()[-2])

    def promised_in_all(self, study, values, threads):
        """With data, libraries and MPI: what a job script asks for."""
        outcome = self.run_program("run", study, "--dry-run", *settings(values), threads=threads)
        return 1e6 * float(re.search(r"at most (\S+) MB of memory", outcome.stdout)[1])

    def taken(self, study, name, values, threads):
        return most_resident(["run", study, "-o", self.folder / name, "--quiet",
                              *settings(values)], threads)

    def expect_promise_kept(self, values, source="teacher", threads=1):
        """Growth over a network of next to nothing, which needs the libraries' memory, too."""
        study = self.write("study.toml", STUDY.format(source=source))
        small = {**values, **SMALL}
        promised = self.promised(study, values, threads) - self.promised(study, small, threads)
        self.assertGreater(promised, 100e6)
        taken = (self.taken(study, "large", values, threads)
                 - self.taken(study, "small", small, threads))
        self.assertLess(abs(taken / promised - 1), TOLERANCE,
                        f"promised {promised / 1e6:.1f} MB, taken {taken / 1e6:.1f} MB")

    def test_with_libraries_and_data(self):
        study = self.write("study.toml", STUDY.format(source="shapes"))
        values = {"network.depth": 3, "network.width": 1000, "train.batch": 16, "train.slice": 8}
        promised = self.promised_in_all(study, values, 1)
        taken = self.taken(study, "all", values, 1)
        self.assertLess(abs(taken / promised - 1), TOLERANCE,
                        f"promised {promised / 1e6:.1f} MB, taken {taken / 1e6:.1f} MB")

    def test_of_a_wide_network(self):
        self.expect_promise_kept({"network.depth": 3, "network.width": 2000,
                                  "network.activation": "relu", "train.batch": 8,
                                  "train.slice": 8})

    def test_of_a_network_with_adam_on_two_threads(self):
        self.expect_promise_kept({"network.depth": 3, "network.width": 1500,
                                  "train.optimizer": "adam", "train.batch": 32,
                                  "train.slice": 4}, threads=2)

    def test_of_a_network_with_momentum_in_float64(self):
        self.expect_promise_kept({"network.depth": 3, "network.width": 1200,
                                  "train.momentum": 0.9, "train.precision": "float64",
                                  "train.batch": 16, "train.slice": 8})

    def test_of_a_convolutional_network(self):
        self.expect_promise_kept({"network.family": "cnn", "network.depth": 4,
                                  "network.width": 32, "network.kernel": 1,
                                  "network.pooling": "none", "train.batch": 128,
                                  "train.slice": 16}, source="shapes")

    def test_of_a_recurrent_network(self):
        self.expect_promise_kept({"network.family": "rnn", "network.depth": 64,
                                  "network.width": 256, "train.batch": 128,
                                  "train.slice": 16}, source="shapes")


if __name__ == "__main__":
    unittest.main()
