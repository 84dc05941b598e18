#!/usr/bin/python3
"""What overlap and narrow wire formats pay on a real link: hosts of an emulated cluster,
1 Gbit/s each.

Trains one network in jobs/emulated_cluster.sh with allreduce.overlap on and off and with each wire
format, and
without any communication: as many programs at once, each with a rank's share of the batch. Every
round runs each of them once, so that a machine that becomes slower does so for all. Prints medians
over rounds, and what is asked of them. It measures and the reader judges: the exit code is 0 also
where less was reached than asked for.

    bench/emulated_cluster_overlap.py --plumbline build/release/src/plumbline --hosts 2 4 \\
        --rounds 5 --losses
"""
import argparse
import math
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
from emulated_cluster_runs import ROOT, Bench, median  # noqa: E402

WIRES = {"float32": 4, "bfloat16": 2}  # bytes of a number on its way
OVERLAPS = {"false": "off", "true": "on"}
ASKED_HIDDEN, ASKED_RATIO, ASKED_LOSS = 0.6, 1.6, 0.01
INPUTS, CLASSES = 784, 10
LOSS_STEPS = 200
# In 200 steps the deep network hardly moves from ln(10); this one learns.
LEARNER = {"network.depth": 5, "data.source": "shapes", "train.learning_rate": 0.02}

LEGEND = """\
compute: the reference without communication, which ran in the same rounds: as many programs at once
as there are hosts, each with the slice of one rank, alone; the slowest of them.
step - compute: the exposed communication, with what it takes from computing. /timing: what the
program says itself. link alone: what the gradients need on the link at least."""


def make_parser():
    summary, _, details = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(description=summary, epilog=details,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plumbline", type=pathlib.Path,
                        default=ROOT / "build" / "release" / "src" / "plumbline")
    parser.add_argument("--hosts", type=int, nargs="+", default=[2, 4], help="powers of two")
    parser.add_argument("--rounds", type=int, default=5, help="0: only --losses")
    parser.add_argument("--steps", type=int, default=20, help="of each run")
    parser.add_argument("--rate", default="1gbit",
                        help="of each link, as for jobs/emulated_cluster.sh")
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--width", type=int, default=512)
    batch = parser.add_mutually_exclusive_group()
    batch.add_argument("--batch", type=int, default=512, help="of all ranks together (default 512)")
    batch.add_argument("--batch-per-host", type=int, metavar="N",
                       help="instead: N on each host, N times --hosts in all")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="of every run, such as allreduce.bucket_kib=1024")
    parser.add_argument("--losses", action="store_true",
                        help=f"also compare the losses after {LOSS_STEPS} steps, of this network "
                             "and of one that learns in so few")
    return parser


def parse_arguments():
    parser = make_parser()
    arguments = parser.parse_args()
    arguments.plumbline = arguments.plumbline.resolve()
    if not os.access(arguments.plumbline, os.X_OK):
        parser.error(f"{arguments.plumbline}: no such program; build it or use --plumbline")
    if arguments.rounds < (0 if arguments.losses else 1) or arguments.steps < 3:
        parser.error("--rounds must be 1 or more (with --losses also 0), --steps 3 or more")
    if min(arguments.hosts) < 2:
        parser.error("--hosts must be 2 or more")
    if arguments.batch_per_host is None and (
            arguments.batch < 1 or any(arguments.batch % hosts for hosts in arguments.hosts)):
        parser.error("--batch must be a multiple of --hosts")
    if arguments.batch_per_host is not None and arguments.batch_per_host < 1:
        parser.error("--batch-per-host must be 1 or more")
    if not re.fullmatch(r"none|[1-9]\d*[kmg]bit", arguments.rate):
        parser.error("--rate must be none, or a number with kbit, mbit or gbit")
    return arguments


def contenders(bench, hosts):
    yield "compute", lambda: bench.without_network(hosts)
    for wire in WIRES:
        for overlap in OVERLAPS:
            yield (wire, overlap), lambda wire=wire, overlap=overlap: bench.on_cluster(
                hosts, {"allreduce.wire": wire, "allreduce.overlap": overlap})


def measure(bench, hosts):
    """{contender: its measurements, one per round}"""
    found = {}
    for number in range(1, bench.arguments.rounds + 1):
        for name, run in contenders(bench, hosts):
            found.setdefault(name, []).append(run())
        print(f"round {number}/{bench.arguments.rounds}: {hosts} hosts done", file=sys.stderr)
    return found


def link_milliseconds(arguments, hosts, wire):
    """What a step's gradients need on the link at least: 2 (P-1)/P of them leave each host."""
    if arguments.rate == "none":
        return "-"
    width, depth = arguments.width, arguments.depth
    parameters = (INPUTS + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * CLASSES
    number, unit = re.fullmatch(r"(\d+)([kmg])bit", arguments.rate).groups()
    bits_per_second = int(number) * {"k": 1e3, "m": 1e6, "g": 1e9}[unit]
    sent = 2 * (hosts - 1) / hosts * parameters * WIRES[wire]
    return f"{1e3 * sent * 8 / bits_per_second:.0f}"


def print_steps(bench, hosts, found):
    arguments = bench.arguments
    compute = median(found["compute"], "step")
    print(f"\n{hosts} hosts, {arguments.depth} x {arguments.width}, batch {bench.batch(hosts)} "
          f"({bench.batch(hosts) // hosts} per host), links of {arguments.rate}; milliseconds, "
          f"medians of {arguments.rounds} rounds\n{LEGEND}")
    print(f"{'wire':>9} {'overlap':>8} {'step':>8} {'compute':>8} {'exposed: step - compute':>24} "
          f"{'/timing: exposed':>17} {'hidden':>8} {'link alone':>12}")
    for wire in WIRES:
        for overlap, word in OVERLAPS.items():
            runs = found[wire, overlap]
            step, exposed, hidden = (1e3 * median(runs, what)
                                     for what in ("step", "exposed", "hidden"))
            print(f"{wire:>9} {word:>8} {step:>8.0f} {1e3 * compute:>8.0f} "
                  f"{step - 1e3 * compute:>24.0f} {exposed:>17.0f} {hidden:>8.0f} "
                  f"{link_milliseconds(arguments, hosts, wire):>12}")


def ratio(above, below):
    """Of two times. A difference of two measured times can be nothing, or less."""
    return f"{above / below:.2f}" if min(above, below) > 0 else "too short to tell"


def print_verdicts(hosts, found):
    compute, backward = (median(found["compute"], what) for what in ("step", "backward"))
    step = {name: median(runs, "step") for name, runs in found.items()}
    for wire in WIRES:
        communication = step[wire, "false"] - compute
        if communication <= 0:
            print(f"{hosts} hosts, {wire}: communication is too short to tell what overlap hides")
            continue
        hidden = 1 - (step[wire, "true"] - compute) / communication
        print(f"{hosts} hosts, {wire}: overlap hides {hidden:.0%} of the communication (asked for: "
              f"{ASKED_HIDDEN:.0%}); all of the backward pass would be "
              f"{min(1, backward / communication):.0%}")
    for overlap, word in OVERLAPS.items():
        wide, narrow = (step[wire, overlap] for wire in WIRES)
        asked = f" (asked for: {ASKED_RATIO})" if overlap == "false" else ""
        print(f"{hosts} hosts, float32 / bfloat16, overlap {word}: step {ratio(wide, narrow)}{asked}, "
              f"exposed communication alone {ratio(wide - compute, narrow - compute)}")


def print_losses(bench, hosts):
    """On links without a limit: their rate changes no bit."""
    arguments = bench.arguments
    networks = ((f"{arguments.depth} x {arguments.width}", {}),
                (f"{LEARNER['network.depth']} x {arguments.width}, which learns", LEARNER))
    for name, settings in networks:
        runs = {wire: bench.on_cluster(hosts, {"allreduce.wire": wire, "train.steps": LOSS_STEPS,
                                           **settings}, rate="none") for wire in WIRES}
        # null where it is not finite: then no bound holds.
        wide, narrow = (math.nan if run.loss is None else run.loss for run in runs.values())
        print(f"{hosts} hosts, {name}: loss {runs['float32'].first_loss:.6g} before, after "
              f"{LOSS_STEPS} steps {wide:.6g} (float32), {narrow:.6g} (bfloat16): "
              f"{abs(narrow - wide) / wide:.2%} apart (asked for: {ASKED_LOSS:.0%})", flush=True)


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="plumbline-cluster-") as name:
        bench = Bench(arguments, pathlib.Path(name))
        for hosts in arguments.hosts:
            if arguments.rounds:
                found = measure(bench, hosts)
                print_steps(bench, hosts, found)
                print_verdicts(hosts, found)
            if arguments.losses:
                print_losses(bench, hosts)


if __name__ == "__main__":
    main()
