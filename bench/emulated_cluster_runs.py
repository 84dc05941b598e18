"""Runs of the program for emulated_cluster_overlap.py: in jobs/emulated_cluster.sh, and without
a network."""
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLUSTER = ROOT / "jobs" / "emulated_cluster.sh"
STUDY = """[study]
name = "cluster"
[network]
activation = "relu"
init = "he"
[data]
source = "teacher"
"""


class Measurement:
    """One run of the program: seconds of a median step, and of its communication."""

    def __init__(self, results):
        (run,) = json.loads((results / "result.json").read_text())["runs"]
        self.step = run["step_seconds"]["median"]
        self.loss = run["final_loss"]
        with h5py.File(results / run["file"], "r") as file:
            phases = [name.decode() if isinstance(name, bytes) else name
                      for name in file["timing/phase"][:]]
            seconds = file["timing/seconds"][1:]  # the first step warms up
            self.first_loss = float(file["training/loss"][0])
        medians = dict(zip(phases, np.median(seconds, axis=0).tolist()))
        self.exposed, self.hidden = medians["allreduce_exposed"], medians["allreduce_hidden"]
        self.backward = medians["backward"]


def median(measurements, what):
    return statistics.median(getattr(measurement, what) for measurement in measurements)


def clean_environment():
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return {**environment, "OMP_NUM_THREADS": "1"}


def end(process):
    """In order, where it listens: a cluster removes itself."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    process.kill()
    process.wait()


class Bench:
    """What to run is in `arguments`, see emulated_cluster_overlap.py; `folder` is for results."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        (folder / "cluster.toml").write_text(STUDY, encoding="utf-8")

    def batch(self, hosts):
        """Of all ranks together."""
        per_host = self.arguments.batch_per_host
        return per_host * hosts if per_host else self.arguments.batch

    def command(self, name, hosts, batch, settings):
        """Of a run into the folder `name`; each host has one slice of the whole batch."""
        settings = {"network.depth": self.arguments.depth, "network.width": self.arguments.width,
                    "train.batch": batch, "train.slice": self.batch(hosts) // hosts,
                    "train.steps": self.arguments.steps, **settings}
        settings["record.every"] = max(1, settings["train.steps"] // 4)
        command = [self.arguments.plumbline, "run", self.folder / "cluster.toml", "-o",
                   self.folder / name, "--force", "--quiet"]
        for setting in [*(f"{key}={value}" for key, value in settings.items()),
                        *self.arguments.settings]:
            command += ["--set", setting]
        return command

    def run_together(self, commands):
        """Returns when all have ended. If one fails the others are ended, and so is this."""
        with contextlib.ExitStack() as stack:
            started = []
            for command in commands:
                process = subprocess.Popen([str(part) for part in command], text=True,
                                           env=clean_environment(), stdin=subprocess.DEVNULL,
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                stack.callback(end, process)
                started.append(process)
            for process in started:
                output = process.communicate()[0]
                if process.returncode != 0:
                    sys.exit(f"{' '.join(process.args)}\nended with {process.returncode}:\n{output}")
            stack.pop_all()

    def on_cluster(self, hosts, settings, rate=None):
        program = self.command("cluster", hosts, self.batch(hosts), settings)
        self.run_together([[CLUSTER, "--hosts", hosts, "--rate", rate or self.arguments.rate, "--",
                            "mpirun", "-q", "-n", hosts, *program]])
        return Measurement(self.folder / "cluster")

    def without_network(self, hosts):
        """As many programs as hosts, each with a rank's work and nobody to talk to. The slowest."""
        names = [f"alone{number}" for number in range(hosts)]
        share = self.batch(hosts) // hosts
        self.run_together(self.command(name, hosts, share, {}) for name in names)
        return max((Measurement(self.folder / name) for name in names), key=lambda m: m.step)
