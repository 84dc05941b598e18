#!/usr/bin/python3
"""Plumbline on hosts that only a network joins: jobs/emulated_cluster.sh, an emulated cluster. Not
run where network namespaces are not permitted."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "program"))
import plumb  # noqa: E402

CLUSTER = plumb.ROOT / "jobs" / "emulated_cluster.sh"
HERE = pathlib.Path(__file__).resolve().parent
HEAD, HOST1 = "10.77.0.254", "10.77.0.1"

STUDY = """
    [network]
    depth = 3
    width = 32
    activation = "tanh"
    [data]
    source = "teacher"
    [train]
    batch = 64
    slice = 8
    steps = {steps}
    [record]
    every = {every}
"""
STEPS = 5
GRADIENT_BYTES = 4 * (785 * 32 + 2 * 33 * 32 + 33 * 10)

# One end of a transfer, python -c RECEIVE, python -c SEND HOST BYTES. The sender stops its watch
# when the receiver says that it has everything. Timed from before the first byte.
RECEIVE = """
import socket
listener = socket.create_server(("", 9000))
print("ready", flush=True)
connection = listener.accept()[0]
while connection.recv(1 << 20):
    pass
connection.sendall(b"all")
"""
SEND = """
import socket, sys, time
connection = socket.create_connection((sys.argv[1], 9000))
start = time.monotonic()
connection.sendall(bytes(int(sys.argv[2])))
connection.shutdown(socket.SHUT_WR)
assert connection.recv(3) == b"all"
print(time.monotonic() - start)
"""


def cluster(*options):
    # The launcher of a real job lets ranks end in order; plumb.environment() does not.
    return ["env", "-u", "OMPI_MCA_odls_base_sigkill_timeout", CLUSTER, *options, "--"]


def skip_where_not_permitted():
    tried = subprocess.run([CLUSTER, "--hosts", "1", "true"], text=True, capture_output=True)
    if tried.returncode == plumb.SKIPPED:
        plumb.skip_all(tried.stderr.strip())


def lives(pid):
    """False also for one that is dead but not yet buried: it has no namespace any more."""
    try:
        os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return False
    return True


class ClusterTest(plumb.ProgramTest):
    def on_cluster(self, options, *command, timeout=120, **variables):
        """Runs any command in a cluster; returns its standard output."""
        done = subprocess.run([*map(str, cluster(*options)), *map(str, command)], text=True,
                              capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL,
                              env={**plumb.environment(1), **variables})
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def ranks(self, results):
        result = json.loads((results / "result.json").read_text())
        return result["provenance"]["ranks"]


class TheSameBits(ClusterTest):
    def compare(self, *options, ranks):
        study = self.write("study.toml", STUDY.format(steps=STEPS, every=1))
        alone = self.train(study, "alone", ranks=1)
        emulated = self.train(study, "emulated", ranks=ranks, wrap=cluster(*options))
        self.run_program("compare", "--exact", self.only_history(alone),
                         self.only_history(emulated))
        return [rank["host"] for rank in self.ranks(emulated)]

    def test_on_two_hosts(self):
        self.assertEqual(self.compare("--hosts", "2", ranks=2), ["host1", "host2"])

    def test_on_two_hosts_with_two_ranks_each(self):
        hosts = self.compare("--hosts", "2", "--slots", "2", ranks=4)
        self.assertEqual(hosts, ["host1", "host1", "host2", "host2"])

    def test_on_three_hosts(self):
        self.assertEqual(self.compare("--hosts", "3", ranks=3), ["host1", "host2", "host3"])


class TheNetwork(ClusterTest):
    def test_gradients_travel_over_the_link(self):
        """Whatever the algorithm, each host must tell the other its sum, in each step: together
        with what it gets back, 1 gradient leaves it (half to be summed, half summed)."""
        study = self.write("study.toml", STUDY.format(steps=STEPS, every=1))
        for slots in (1, 2):
            command = plumb.command_line(["run", study, "-o", self.folder / str(slots), "--quiet"],
                                         ranks=2 * slots)
            script = '"$@" >/dev/null && ip -n "$PLUMBLINE_CLUSTER-1" -s -j link show eth0'
            out = self.on_cluster(["--slots", slots], "bash", "-c", script, "bash", *command)
            counted = json.loads(out)[0]["stats64"]
            with self.subTest(slots=slots):
                for direction in ("tx", "rx"):
                    self.assertGreater(counted[direction]["bytes"], STEPS * GRADIENT_BYTES)

    def test_ranks_see_who_shares_their_host(self):
        """A rank that is alone on its host has as many threads as a program without MPI."""
        study = self.write("study.toml", STUDY.format(steps=1, every=1))
        unset = ["env", "-u", "OMP_NUM_THREADS"]
        # One slice per thread at most: as many slices as anybody can use.
        slices = ["--set", "train.slice=1"]
        alone = self.train(study, "alone", *slices, ranks=1, wrap=unset)
        emulated = self.train(study, "emulated", *slices, ranks=2, wrap=[*unset, *cluster()])
        expected = min(self.ranks(alone)[0]["threads"], 64 // 2)  # slices of a rank
        self.assertEqual([rank["threads"] for rank in self.ranks(emulated)], [expected] * 2)

    def test_a_link_is_no_faster_than_its_rate(self):
        """In each direction, so that either end's limit is tested by itself: what runs at the
        switch has no link. A bucket of 70 kB passes at once; headers, which count too, are left
        out. A bound, not a benchmark: nothing is said about slower."""
        size, bucket, rate = 3_000_000, 70_000, 20e6
        run = ('{receiver} >ready & until [ -s ready ]; do sleep 0.05; done; {sender}')
        on_host = '"$PLUMBLINE_CLUSTER_FOLDER/agent" host1 "/usr/bin/python3 {}"'
        (self.folder / "receive.py").write_text(RECEIVE)
        (self.folder / "send.py").write_text(SEND)
        ways = {"to the host": run.format(receiver=on_host.format("receive.py"),
                                          sender=f"/usr/bin/python3 send.py {HOST1} {size}"),
                "from the host": run.format(receiver="/usr/bin/python3 receive.py",
                                            sender=on_host.format(f"send.py {HEAD} {size}"))}
        for way, script in ways.items():
            with self.subTest(way):
                seconds = float(self.on_cluster(["--hosts", 1, "--rate", "20mbit"], "bash", "-c",
                                            f'cd "{self.folder}"; rm -f ready; {script}'))
                self.assertGreaterEqual(seconds, (size - bucket) * 8 / rate)


class TheCommand(ClusterTest):
    def test_its_exit_code_is_that_of_the_script(self):
        done = subprocess.run([CLUSTER, "--hosts", "1", "--", "sh", "-c", "exit 9"])
        self.assertEqual(done.returncode, 9)

    def test_nothing_is_left_behind(self):
        """Not even of a command that leaves processes, one of them stopped, nor after a signal."""
        script = ('echo "$PLUMBLINE_CLUSTER $PLUMBLINE_CLUSTER_FOLDER"; '
                  '"$PLUMBLINE_CLUSTER_FOLDER/agent" host1 "setsid sleep 1000 >/dev/null 2>&1 & '
                  'kill -STOP \\$!"; {}')
        for last, code in (("true", 0), ("sleep 1000", 143)):
            with self.subTest(last):
                process = subprocess.Popen([CLUSTER, "--hosts", "1", "bash", "-c",
                                            script.format(last)],
                                           stdout=subprocess.PIPE, text=True)
                name, folder = process.stdout.readline().split()
                if code:
                    time.sleep(0.5)
                    process.terminate()
                process.stdout.close()
                self.assertEqual(process.wait(30), code)
                self.assertFalse(pathlib.Path(folder).exists())
                self.assertEqual(list(pathlib.Path("/run/netns").glob(f"{name}-*")), [])

    def test_the_next_cluster_removes_one_whose_script_was_killed(self):
        process = subprocess.Popen([CLUSTER, "--hosts", "1", "sh", "-c",
                                    'echo "$PLUMBLINE_CLUSTER_FOLDER $$"; exec sleep 1000'],
                                   stdout=subprocess.PIPE, text=True)
        folder, sleeper = process.stdout.readline().split()
        process.kill()
        process.wait()
        process.stdout.close()
        self.assertTrue(pathlib.Path(folder).exists())
        self.on_cluster(["--hosts", "1"], "true")
        self.assertFalse(pathlib.Path(folder).exists())
        if os.geteuid() == 0:
            self.assertFalse(lives(sleeper))
        else:  # who cannot look into a dead cluster's namespaces
            os.kill(int(sleeper), signal.SIGKILL)

    def test_wrong_usage_is_said(self):
        for arguments, complaint in ((["--hosts", "0", "true"], "--hosts '0'; allowed: 1 to 64"),
                                     (["--rate", "fast", "true"], "--rate 'fast'; allowed"),
                                     (["--delay", "soon", "true"], "--delay 'soon'; allowed"),
                                     (["--hosts", "2"], "no COMMAND"),
                                     (["link-down", "1"],
                                      "only works for a command inside a cluster")):
            with self.subTest(arguments):
                done = subprocess.run([CLUSTER, *arguments], text=True, capture_output=True,
                                      env={k: v for k, v in os.environ.items()
                                           if not k.startswith("PLUMBLINE_CLUSTER")})
                self.assertEqual(done.returncode, 1)
                self.assertIn(complaint, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_only_a_host_of_the_cluster_can_lose_its_link_or_get_it_back(self):
        script = ('for which in link-down link-up; do for host in 3 0 "1 x" "" head host9; do '
                  'message=$("$0" "$which" "$host" 2>&1); echo "$? $message"; done; done')
        said = self.on_cluster(["--hosts", 2], "bash", "-c", script, CLUSTER).splitlines()
        self.assertEqual(said, [
            f"1 error: {which} '{host}'; allowed: 1 to 2; see jobs/emulated_cluster.sh --help"
            for which in ("link-down", "link-up") for host in ("3", "0", "1 x", "", "head", "host9")])

    def test_a_link_that_is_up_again_carries(self):
        """What runs on the host sees its own end."""
        look = '"$PLUMBLINE_CLUSTER_FOLDER/agent" host1 cat /sys/class/net/eth0/carrier'
        script = f'{look}; "$0" link-down host1; {look}; "$0" link-up 1; {look}'
        self.assertEqual(self.on_cluster(["--hosts", 1], "bash", "-c", script, CLUSTER).split(),
                         ["1", "0", "1"])

    def test_a_cluster_is_not_disturbed_by_others_that_come_and_go(self):
        """A namespace that is just being made or removed is a plain file for a moment."""
        script = ('file=/run/netns/$PLUMBLINE_CLUSTER-x; touch "$file"; '
                  '"$PLUMBLINE_CLUSTER_FOLDER/agent" host1 true 2>&1; rm "$file"')
        self.assertEqual(self.on_cluster(["--hosts", 1], "bash", "-c", script), "")


class ALinkThatGoesDown(ClusterTest):
    SECONDS = 10  # promised: all processes gone

    def take_link_down(self, host, hosts):
        study = self.write("study.toml", STUDY.format(steps=10**6, every=5))
        results = self.folder / f"down-{host}-of-{hosts}"
        command = plumb.command_line(["run", study, "-o", results, "--quiet"], ranks=hosts)
        out = self.on_cluster(["--hosts", hosts], "/usr/bin/python3", HERE / "link_down.py", host,
                              results, *command)
        return json.loads(out), results

    def check(self, host, hosts):
        ended, results = self.take_link_down(host, hosts)
        with self.subTest(host=host, hosts=hosts):
            self.assertFalse(ended["ended_early"], ended)
            self.assertEqual(set(ended["seconds"]), {"mpirun", "hosts"}, f"a hang: {ended}")
            self.assertLess(max(ended["seconds"].values()), self.SECONDS, ended)
            self.assertNotEqual(ended["code"], 0, ended)
            self.assertRegex(ended["output"], rf"rank {host - 1} \(host host{host}\)")
            self.check_records(results)

    def check_records(self, results):
        (part,) = results.glob("*.part")
        with h5py.File(part, "r") as file:
            steps, loss = file["training/step"][:], file["training/loss"][:]
        self.assertGreater(len(steps), 0)
        np.testing.assert_array_equal(steps, 5 * np.arange(len(steps)))
        self.assertTrue(np.all(np.isfinite(loss)))

    def test_of_another_rank_ends_the_job(self):
        self.check(host=2, hosts=2)

    def test_of_rank_0_ends_the_job(self):
        self.check(host=1, hosts=2)

    def test_of_one_among_four_ends_the_job(self):
        self.check(host=3, hosts=4)


if __name__ == "__main__":
    skip_where_not_permitted()
    unittest.main()
