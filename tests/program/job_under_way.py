"""A job that can be watched and disturbed while it runs: its launcher and, by rank, its processes."""
import os
import pathlib
import signal
import subprocess
import time

import plumb

PATIENCE = 60  # seconds for what has no promised time


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def state_of(pid):
    """Its state (R, S, T, ...) and the time it started, or None when it has gone. A zombie has, too:
    its parent, mpirun, was faster than whoever inherits it."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else (fields[0], fields[19])


def children_of(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def rank_of(pid):
    """None for a child that is no rank, or not yet."""
    try:
        variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    name = b"OMPI_COMM_WORLD_RANK="
    return next((int(v[len(name):]) for v in variables if v.startswith(name)), None)


class Job:
    """A job under way: its launcher and, by rank, its processes. Without ranks: one process."""

    def __init__(self, folder, arguments, ranks, variables):
        self.errors = folder / "standard error"
        # A second between SIGTERM and SIGKILL, as mpirun has it by default.
        environment = plumb.environment(1) | {"OMPI_MCA_odls_base_sigkill_timeout": "1"} | variables
        with open(self.errors, "w") as errors:
            self.launcher = subprocess.Popen(
                plumb.command_line(arguments, ranks), env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors)
        self.pids = {}
        self.started = {}
        if ranks is not None:
            wait_until(lambda: self.find_ranks() == ranks, PATIENCE, f"{ranks} ranks")

    def find_ranks(self):
        for pid in children_of(self.launcher.pid):
            rank, state = rank_of(pid), state_of(pid)
            if rank is not None and state is not None:
                self.pids[rank] = pid
                self.started[pid] = state[1]
        return len(self.pids)

    def alive(self):
        """Processes of ranks; a number that was given to another process since does not count."""
        states = {pid: state_of(pid) for pid in self.pids.values()}
        return [pid for pid, state in states.items() if state and state[1] == self.started[pid]]

    def signal(self, rank, number):
        os.kill(self.pids[rank], number)

    def message(self):
        return self.errors.read_text()

    def message_about_the_job(self):
        """Without the advice on a BLAS library that does not know this CPU: it is true here."""
        lines = self.message().splitlines(keepends=True)
        return "".join(line for line in lines if "warning: OpenBLAS runs its" not in line)

    def clean_up(self):
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)
        self.launcher.kill()
        self.launcher.wait()
