#!/usr/bin/python3
"""What overlap and narrow wire formats pay on a real cable: hosts in a box, 1 Gbit/s each.

Trains one network in jobs/box.sh with allreduce.overlap on and off and with each wire format, and
without any communication: as many programs at once, each with a rank's share of the batch. Every
round runs each of them once, so that a machine that becomes slower does so for all. Prints medians
over rounds, and what is asked of them.

    bench/box_overlap.py --plumbline build/release/src/plumbline --hosts 2 4 --rounds 5 --losses
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
BOX = ROOT / "jobs" / "box.sh"
WIRES = {"float32": 4, "bfloat16": 2}  # bytes of a number on its way
ASKED_HIDDEN, ASKED_RATIO, ASKED_LOSS = 0.6, 1.6, 0.01
INPUTS, CLASSES = 784, 10
LOSS_STEPS = 200
# In 200 steps the deep network hardly moves from ln(10); this one learns.
LEARNER = {"network.depth": 5, "data.source": "shapes", "train.learning_rate": 0.02}

STUDY = """[study]
name = "box"
[network]
activation = "relu"
init = "he"
[data]
source = "teacher"
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plumbline", type=pathlib.Path,
                        default=ROOT / "build" / "release" / "src" / "plumbline")
    parser.add_argument("--hosts", type=int, nargs="+", default=[2, 4], help="powers of two")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20, help="of each run")
    parser.add_argument("--rate", default="1gbit", help="of each cable, as for jobs/box.sh")
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--batch", type=int, default=512, help="of all ranks together")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="of every run, such as allreduce.bucket_kib=1024")
    parser.add_argument("--losses", action="store_true",
                        help=f"also compare the losses after {LOSS_STEPS} steps")
    arguments = parser.parse_args()
    arguments.plumbline = arguments.plumbline.resolve()
    if not os.access(arguments.plumbline, os.X_OK):
        parser.error(f"{arguments.plumbline}: no such program; build it or use --plumbline")
    if arguments.rounds < 1 or arguments.steps < 3:
        parser.error("--rounds must be 1 or more, --steps 3 or more")
    if any(hosts < 2 or arguments.batch % hosts for hosts in arguments.hosts):
        parser.error("--hosts must be 2 or more and divide --batch")
    return arguments


def clean_environment():
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return {**environment, "OMP_NUM_THREADS": "1"}


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
        medians = dict(zip(phases, np.median(seconds, axis=0).tolist()))
        self.exposed, self.hidden = medians["allreduce_exposed"], medians["allreduce_hidden"]
        self.backward = medians["backward"]


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        (folder / "box.toml").write_text(STUDY, encoding="utf-8")

    def command(self, name, hosts, batch, settings):
        """Of a run into the folder `name`; each host has one slice of the whole batch."""
        settings = {"network.depth": self.arguments.depth, "network.width": self.arguments.width,
                    "train.batch": batch, "train.slice": self.arguments.batch // hosts,
                    "train.steps": self.arguments.steps, **settings}
        settings["record.every"] = max(1, settings["train.steps"] // 4)
        command = [self.arguments.plumbline, "run", self.folder / "box.toml", "-o",
                   self.folder / name, "--force", "--quiet"]
        for setting in [*(f"{key}={value}" for key, value in settings.items()),
                        *self.arguments.settings]:
            command += ["--set", setting]
        return [str(part) for part in command]

    def start(self, command):
        return subprocess.Popen([str(part) for part in command], env=clean_environment(), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def finish(self, process):
        output = process.communicate()[0]
        if process.returncode != 0:
            sys.exit(f"{' '.join(process.args)}\nended with {process.returncode}:\n{output}")

    def in_box(self, hosts, settings):
        program = self.command("box", hosts, self.arguments.batch, settings)
        self.finish(self.start([BOX, "--hosts", hosts, "--rate", self.arguments.rate, "--",
                                "mpirun", "-q", "-n", hosts, *program]))
        return Measurement(self.folder / "box")

    def without_network(self, hosts):
        """As many programs as hosts, each with a rank's work and nobody to talk to. The slowest."""
        share = self.arguments.batch // hosts
        names = [f"alone{number}" for number in range(hosts)]
        started = [self.start(self.command(name, hosts, share, {})) for name in names]
        for process in started:
            self.finish(process)
        return max((Measurement(self.folder / name) for name in names), key=lambda m: m.step)


def contenders(bench, hosts):
    yield "compute", lambda: bench.without_network(hosts)
    for wire in WIRES:
        for overlap in ("false", "true"):
            yield (wire, overlap), lambda wire=wire, overlap=overlap: bench.in_box(
                hosts, {"allreduce.wire": wire, "allreduce.overlap": overlap})


def measure(bench, hosts):
    """{contender: its measurements, one per round}"""
    found = {}
    for number in range(1, bench.arguments.rounds + 1):
        for name, run in contenders(bench, hosts):
            found.setdefault(name, []).append(run())
        print(f"round {number}/{bench.arguments.rounds}: {hosts} hosts done", file=sys.stderr)
    return found


def median(measurements, what):
    return statistics.median(getattr(measurement, what) for measurement in measurements)


def bits_per_second(rate):
    number, unit = re.fullmatch(r"(\d+)([kmg])bit", rate).groups()
    return int(number) * {"k": 1e3, "m": 1e6, "g": 1e9}[unit]


def cable_seconds(arguments, hosts, wire):
    """What a step's gradients need on the cable at least: 2 (P-1)/P of them leave each host."""
    width, depth = arguments.width, arguments.depth
    parameters = (INPUTS + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * CLASSES
    sent = 2 * (hosts - 1) / hosts * parameters * WIRES[wire]
    return sent * 8 / bits_per_second(arguments.rate)


def print_steps(arguments, hosts, found):
    compute = median(found["compute"], "step")
    print(f"\n{hosts} hosts, {arguments.depth} x {arguments.width}, batch {arguments.batch}, "
          f"cables of {arguments.rate}; milliseconds, medians of {arguments.rounds} rounds")
    print(f"{'wire':>9} {'overlap':>8} {'step':>8} {'compute':>8} {'exposed: step - compute':>24} "
          f"{'/timing: exposed':>17} {'hidden':>8} {'cable alone':>12}")
    for wire in WIRES:
        for overlap, word in (("false", "off"), ("true", "on")):
            step = median(found[wire, overlap], "step")
            cable = "" if arguments.rate == "none" else (
                f"{1e3 * cable_seconds(arguments, hosts, wire):.0f}")
            print(f"{wire:>9} {word:>8} {1e3 * step:>8.0f} {1e3 * compute:>8.0f} "
                  f"{1e3 * (step - compute):>24.0f} "
                  f"{1e3 * median(found[wire, overlap], 'exposed'):>17.0f} "
                  f"{1e3 * median(found[wire, overlap], 'hidden'):>8.0f} {cable:>12}")


def print_verdicts(hosts, found):
    compute = median(found["compute"], "step")
    backward = median(found["compute"], "backward")
    step = {name: median(runs, "step") for name, runs in found.items()}
    for wire in WIRES:
        communication = step[wire, "false"] - compute
        hidden = 1 - (step[wire, "true"] - compute) / communication
        most = min(1, backward / communication)
        print(f"{hosts} hosts, {wire}: overlap hides {hidden:.0%} of the communication (asked for: "
              f"{ASKED_HIDDEN:.0%}); all of the backward pass would be {most:.0%}")
    ratio = step["float32", "false"] / step["bfloat16", "false"]
    print(f"{hosts} hosts: bfloat16 shortens an exposed step {ratio:.2f} times "
          f"(asked for: {ASKED_RATIO})")


def print_losses(bench, hosts):
    for name, settings in (("this network", {}), ("one that learns", LEARNER)):
        loss = {wire: bench.in_box(hosts, {"allreduce.wire": wire, "train.steps": LOSS_STEPS,
                                           **settings}).loss for wire in WIRES}
        difference = abs(loss["bfloat16"] / loss["float32"] - 1)
        print(f"{hosts} hosts, {name}: loss after {LOSS_STEPS} steps {loss['float32']:.6g} "
              f"(float32), {loss['bfloat16']:.6g} (bfloat16): {difference:.2%} apart "
              f"(asked for: {ASKED_LOSS:.0%})", flush=True)


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="plumbline-box-") as name:
        bench = Bench(arguments, pathlib.Path(name))
        for hosts in arguments.hosts:
            found = measure(bench, hosts)
            print_steps(arguments, hosts, found)
            print_verdicts(hosts, found)
            if arguments.losses:
                print_losses(bench, hosts)


if __name__ == "__main__":
    main()
