#!/usr/bin/python3
"""Inside jobs/emulated_cluster.sh: starts a job, takes the link of one host down when the job has
recorded its first steps, and prints as JSON how long it took until every process was gone, and how
the job ended.

    link_down.py HOST RESULTS COMMAND...
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLUSTER = os.environ["PLUMBLINE_CLUSTER"]
HOSTS = range(1, int(os.environ["PLUMBLINE_CLUSTER_HOSTS"]) + 1)
PATIENCE = 60  # seconds after which a process is called hung


def processes_on_hosts():
    """Ranks, and mpirun's daemons."""
    return [pid for host in HOSTS
            for pid in subprocess.run(["ip", "netns", "pids", f"{CLUSTER}-{host}"], text=True,
                                      stdout=subprocess.PIPE, check=True).stdout.split()]


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {PATIENCE} s for {what}")
        time.sleep(0.05)


def recorded_steps(results):
    """0 while the file is not there, or cannot be read because it is being written."""
    for path in results.glob("*.part"):
        try:
            with h5py.File(path, "r", locking=False) as file:
                return len(file["training/step"])
        except (OSError, KeyError, RuntimeError):
            return 0
    return 0


def main():
    host, results, command = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    job = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True)
    output = []
    reader = threading.Thread(target=lambda: output.append(job.stdout.read()))
    reader.start()
    wait_until(lambda: recorded_steps(results) > 0 or job.poll() is not None, "a step")
    ended_early = job.poll() is not None

    subprocess.run([ROOT / "jobs" / "emulated_cluster.sh", "link-down", host], check=True)
    down = time.monotonic()
    seconds = {}
    while len(seconds) < 2 and time.monotonic() < down + PATIENCE:
        if "mpirun" not in seconds and job.poll() is not None:
            seconds["mpirun"] = time.monotonic() - down
        if "hosts" not in seconds and not processes_on_hosts():
            seconds["hosts"] = time.monotonic() - down
        time.sleep(0.05)
    if job.poll() is None:
        job.kill()
    reader.join(PATIENCE)
    print(json.dumps({"ended_early": ended_early, "seconds": seconds, "code": job.wait(),
                      "output": "".join(output)}))


if __name__ == "__main__":
    main()
