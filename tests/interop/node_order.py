"""Ranks on two hosts (jobs/emulated_cluster.sh), dealt out in turn: Plumbline puts those of a host
side by side, and its results have the bits of any other placement. Ends with 77, "not run", where
the machine permits no network namespaces."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
PROGRAM = os.environ["PLUMBLINE"]  # ctest sets both
COMMUNICATOR_TEST = os.environ["PLUMBLINE_COMMUNICATOR_TEST"]

STUDY = """\
[network]
depth = 4
width = 24
activation = "tanh"
[data]
source = "spirals"
[train]
batch = 64
slice = 4
steps = 20
"""


def run(command, code=0):
    finished = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
    if finished.returncode == SKIPPED:
        print(f"not run: {finished.stderr.strip()}")
        sys.exit(SKIPPED)
    assert finished.returncode == code, (
        f"$ {finished.args}\nexit code {finished.returncode}\n{finished.stdout}{finished.stderr}")
    return finished


def on_cluster(mapping, ranks, *command, slots=2):
    cluster = ROOT / "jobs" / "emulated_cluster.sh"
    return run([cluster, "--hosts", 2, "--slots", slots, "--rate", "none", "--",
                "mpirun", "-q", "--map-by", mapping, "-n", ranks, *command])


def test_the_communicator_on_two_hosts():
    for mapping in ("node", "slot"):
        on_cluster(mapping, 4, COMMUNICATOR_TEST, "--expect-ranks=4")


def test_ranks_of_a_host_stand_side_by_side():
    for mapping, order in (("node", [0, 2, 1, 3]), ("slot", [0, 1, 2, 3])):
        text = on_cluster(mapping, 4, PROGRAM, "doctor").stdout
        found = re.findall(r"^ranks +rank (\d) \(host (\S+)\) on node (\d)", text, re.MULTILINE)
        assert [int(rank) for rank, _, _ in found] == order, text
        assert [node for _, _, node in found] == ["0", "0", "1", "1"], text
        hosts = [host for _, host, _ in found]
        assert hosts[0] == hosts[1] != hosts[2] == hosts[3], text
        assert "cross the network" not in text, text


def test_a_placement_that_defeats_it_is_named():
    text = on_cluster("slot", 6, PROGRAM, "doctor", slots=3).stdout
    assert re.search(r"2 nodes hold 3 ranks each, .* neighbours at distance 1;.*ppr:2:node", text), text


def test_bits_do_not_depend_on_the_placement(folder):
    study = folder / "study.toml"
    study.write_text(STUDY)
    for mapping in ("node", "slot"):
        on_cluster(mapping, 4, PROGRAM, "run", study, "-o", folder / mapping, "--quiet",
                   "--threads", 1)
    first, second = (next((folder / mapping).glob("*.h5")) for mapping in ("node", "slot"))
    run([PROGRAM, "compare", "--exact", first, second])


if __name__ == "__main__":
    test_the_communicator_on_two_hosts()
    test_ranks_of_a_host_stand_side_by_side()
    test_a_placement_that_defeats_it_is_named()
    with tempfile.TemporaryDirectory(prefix="plumbline-test-") as made:
        test_bits_do_not_depend_on_the_placement(pathlib.Path(made))
    print("all is well")
