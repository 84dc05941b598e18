#!/usr/bin/python3
"""The networks of Plumbline's speed comparison, trained with PyTorch DistributedDataParallel.

One thread per process, each process pinned to a processor of its own, gloo over the loopback
device, DDP's default buckets, nothing recorded. Data lie in memory before the clock starts.
Needs Debian's python3-torch. Prints, for the slowest process:

    step_seconds median = ... p95 = ...
    FOM samples_per_second = ... samples/s
"""
import os

# Both turn OpenBLAS's kernels down on machines that offer more; they must go before it is loaded.
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["GLOO_SOCKET_IFNAME"] = "lo"

import argparse
import math
import socket
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
SAMPLES = 1024  # a fixed set, as data.samples there


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--depth", type=int, required=True, help="hidden layers")
    parser.add_argument("--width", type=int, required=True, help="units per hidden layer")
    parser.add_argument("--batch", type=int, required=True, help="global batch, in samples")
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--activation", choices=sorted(ACTIVATIONS), default="sigmoid")
    parser.add_argument("--init", choices=("glorot", "lecun", "he", "scaled"), default="glorot")
    parser.add_argument("--weight-variance", type=float, default=1, help="for --init scaled")
    parser.add_argument("--steps", type=int, default=100, help="timed steps")
    parser.add_argument("--warmup", type=int, default=10, help="steps before the clock starts")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    for name in ("depth", "width", "batch", "inputs", "classes", "steps", "processes"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} must be 1 or more")
    if arguments.warmup < 1:
        parser.error("--warmup must be 1 or more: DDP rebuilds its buckets after the first step")
    if arguments.batch % arguments.processes != 0:
        parser.error("--batch must be a multiple of --processes")
    if arguments.processes > len(os.sched_getaffinity(0)):
        parser.error(f"--processes: only {len(os.sched_getaffinity(0))} processors to pin to")
    return arguments


def weight_variance(arguments, fan_in, fan_out):
    return {"glorot": 2 / (fan_in + fan_out), "lecun": 1 / fan_in, "he": 2 / fan_in,
            "scaled": arguments.weight_variance / fan_in}[arguments.init]


def make_network(arguments):
    layers = []
    fan_in = arguments.inputs
    for fan_out in [arguments.width] * arguments.depth + [arguments.classes]:
        linear = nn.Linear(fan_in, fan_out)
        nn.init.normal_(linear.weight, std=math.sqrt(weight_variance(arguments, fan_in, fan_out)))
        nn.init.zeros_(linear.bias)
        layers += [linear, ACTIVATIONS[arguments.activation]()]
        fan_in = fan_out
    return nn.Sequential(*layers[:-1])  # the output layer is linear


def make_batches(arguments, rank):
    """This rank's share of each batch: a list of (x, labels)."""
    generator = torch.Generator().manual_seed(1 + rank)
    share = arguments.batch // arguments.processes
    count = max(1, SAMPLES // arguments.batch)
    return [(torch.randn(share, arguments.inputs, generator=generator),
             torch.randint(arguments.classes, (share,), generator=generator))
            for _ in range(count)]


def train(arguments, rank):
    """Seconds of each timed step."""
    torch.manual_seed(1)
    network = nn.parallel.DistributedDataParallel(make_network(arguments))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    loss_function = nn.CrossEntropyLoss()
    batches = make_batches(arguments, rank)
    seconds = []
    for step in range(arguments.warmup + arguments.steps):
        x, labels = batches[step % len(batches)]
        if step == arguments.warmup:
            dist.barrier()
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(network(x), labels)
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite")
    return torch.tensor(seconds[arguments.warmup:], dtype=torch.float64)


def run_process(rank, arguments, processors, port):
    os.sched_setaffinity(0, {processors[rank]})
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank,
                            world_size=arguments.processes)
    seconds = train(arguments, rank)
    dist.all_reduce(seconds, op=dist.ReduceOp.MAX)
    if rank == 0:
        print(f"step_seconds median = {seconds.quantile(0.5).item():.6g}"
              f" p95 = {seconds.quantile(0.95).item():.6g}")
        rate = arguments.batch * arguments.steps / seconds.sum().item()
        print(f"FOM samples_per_second = {rate:.6g} samples/s", flush=True)
    dist.destroy_process_group()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    arguments = parse_arguments()
    processors = sorted(os.sched_getaffinity(0))
    mp.spawn(run_process, (arguments, processors, free_port()), nprocs=arguments.processes)


if __name__ == "__main__":
    main()
