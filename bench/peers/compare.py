#!/usr/bin/python3
"""Plumbline against PyTorch DDP on the same networks, interleaved on the same processors.

Every round runs each network once with each contender, so that a machine that becomes slower does
so for all. Plumbline records every step; the peer records nothing. Both lose the variables that
turn OpenBLAS down. Prints medians over rounds, ratios and their geometric mean.

    bench/peers/compare.py --plumbline build/release/src/plumbline --rounds 5
"""
import argparse
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NETWORKS = {"50x256": (50, 256, 128), "50x512": (50, 512, 256),
            "100x128": (100, 128, 128), "20x1024": (20, 1024, 256)}
FOM = re.compile(r"^FOM samples_per_second = (\S+) samples/s$", re.MULTILINE)

STUDY = """[study]
name = "peers"
[network]
activation = "sigmoid"
[data]
source = "teacher"
samples = 1024
[train]
learning_rate = 0.1
loss = "softmax_cross_entropy"
[record]
every = 1
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plumbline", type=pathlib.Path,
                        default=HERE.parents[1] / "build" / "release" / "src" / "plumbline")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=100, help="timed steps of each run")
    parser.add_argument("--networks", nargs="+", choices=sorted(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--init", choices=("glorot", "lecun", "he", "scaled"), default="glorot")
    parser.add_argument("--weight-variance", type=float, default=1, help="for --init scaled")
    arguments = parser.parse_args()
    if not os.access(arguments.plumbline, os.X_OK):
        parser.error(f"{arguments.plumbline}: no such program; build it or use --plumbline")
    if arguments.rounds < 1 or arguments.steps < 1:
        parser.error("--rounds and --steps must be 1 or more")
    return arguments


def clean_environment(**variables):
    environment = dict(os.environ)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS"):
        environment.pop(name, None)
    return {**environment, **variables}


def samples_per_second(command, environment):
    done = subprocess.run([str(part) for part in command], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = FOM.search(done.stdout)
    if done.returncode != 0 or not found:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n"
                 f"{done.stdout}{done.stderr}")
    return float(found.group(1))


def run_plumbline(arguments, network, folder, ranks):
    depth, width, batch = NETWORKS[network]
    settings = {"network.depth": depth, "network.width": width, "network.init": arguments.init,
                "train.batch": batch, "train.slice": batch // 2, "train.steps": arguments.steps}
    if arguments.init == "scaled":
        settings["network.weight_variance"] = arguments.weight_variance
    command = [arguments.plumbline.resolve(), "run", folder / "peers.toml", "-o",
               folder / f"{network}-{ranks}", "--force", "--quiet"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    threads = 2 // ranks
    environment = clean_environment(OMP_NUM_THREADS=str(threads), OMP_PROC_BIND="true")
    if ranks > 1:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        command = ["mpirun", "-n", ranks, "--bind-to", "core"] + command
    return samples_per_second(command, environment)


def run_pytorch(arguments, network):
    depth, width, batch = NETWORKS[network]
    command = [HERE / "pytorch_ddp.py", "--depth", depth, "--width", width, "--batch", batch,
               "--activation", "sigmoid", "--init", arguments.init, "--weight-variance",
               arguments.weight_variance, "--steps", arguments.steps, "--processes", 2]
    return samples_per_second(command, clean_environment())


def measure(arguments, folder):
    """{(network, contender): [samples per second of each round]}"""
    contenders = {"1 rank x 2 threads": lambda n: run_plumbline(arguments, n, folder, 1),
                  "2 ranks x 1 thread": lambda n: run_plumbline(arguments, n, folder, 2),
                  "PyTorch DDP": lambda n: run_pytorch(arguments, n)}
    rates = {}
    for number in range(1, arguments.rounds + 1):
        for network in arguments.networks:
            for name, run in contenders.items():
                rates.setdefault((network, name), []).append(run(network))
            print(f"round {number}/{arguments.rounds}: {network} done", file=sys.stderr)
    return rates


def print_table(networks, rates):
    medians = {key: statistics.median(values) for key, values in rates.items()}
    peer = "PyTorch DDP"
    layouts = ["1 rank x 2 threads", "2 ranks x 1 thread"]
    print("samples/s, medians over rounds; ratio to PyTorch DDP in brackets")
    print(f"{'network':>9} {'batch':>5} {peer:>12}" + "".join(f" {name:>22}" for name in layouts))
    ratios = {name: [] for name in layouts}
    for network in networks:
        line = f"{network:>9} {NETWORKS[network][2]:>5} {medians[network, peer]:>12.0f}"
        for name in layouts:
            ratio = medians[network, name] / medians[network, peer]
            ratios[name].append(ratio)
            line += f" {medians[network, name]:>13.0f} ({ratio:>5.2f}x)"
        print(line)
    line = f"{'geometric mean of ratios':>28}"
    for name in layouts:
        mean = math.exp(statistics.mean(map(math.log, ratios[name])))
        line += f" {'':>13} ({mean:>5.2f}x)"
    print(line)


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="plumbline-peers-") as name:
        folder = pathlib.Path(name)
        (folder / "peers.toml").write_text(STUDY, encoding="utf-8")
        rates = measure(arguments, folder)
    print_table(arguments.networks, rates)


if __name__ == "__main__":
    main()
