"""Runs the real program as a user would: through mpirun, in a folder of its own, with a clean
environment. Every test file of this folder uses it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True  # no __pycache__ beside the sources

PROGRAM = os.environ["PLUMBLINE"]  # ctest sets both
MPIEXEC = os.environ["PLUMBLINE_MPIEXEC"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDIES = ROOT / "jobs" / "studies"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

# Variables of the caller that would change what is tested.
LEFT_OUT = re.compile(r"^(OPENBLAS_|GOTO_|OMP_|SLURM_|OMPI_COMM_|PMIX_)")


# Its loss grows beyond all floats within 60 steps.
DIVERGING_STUDY = """
    [network]
    depth = 2
    width = 8
    activation = "linear"
    init = "unit_normal"
    [data]
    source = "spirals"
    [train]
    batch = 32
    slice = 8
    steps = 60
    learning_rate = 1e6
    loss = "mean_squared_error"
"""


def data_dir():
    """The folder that holds mnist/, or None."""
    for candidate in filter(None, [os.environ.get("PLUMBLINE_DATA_DIR"), ROOT / "data"]):
        if (pathlib.Path(candidate) / "mnist" / "train-images-idx3-ubyte.gz").is_file():
            return pathlib.Path(candidate).resolve()
    return None


def skip_all(reason):
    """Ends this test file as "not run", with the reason."""
    print(f"not run: {reason}")
    sys.exit(SKIPPED)


def environment(threads):
    variables = {name: value for name, value in os.environ.items() if not LEFT_OUT.match(name)}
    variables.update(
        LC_ALL="C.UTF-8",
        OMP_NUM_THREADS=str(threads),
        OMP_WAIT_POLICY="passive",  # more threads than cores must not burn each other's time
        OMPI_ALLOW_RUN_AS_ROOT="1",
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
        OMPI_MCA_mpi_yield_when_idle="1",
        OMPI_MCA_odls_base_sigkill_timeout="0",  # else mpirun sleeps a second after each error
    )
    return variables


def command_line(arguments, ranks):
    """Without ranks: the program alone. With: through mpirun, more ranks than cores allowed."""
    program = [PROGRAM, *map(str, arguments)]
    if ranks is None:
        return program
    return [MPIEXEC, "-q", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *program]


def contents(folder):
    """Name and bytes of each file in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Outcome:
    def __init__(self, command, finished):
        self.command = " ".join(command)
        self.code = finished.returncode
        self.stdout = finished.stdout
        self.stderr = finished.stderr

    def __str__(self):
        return (f"$ {self.command}\nexit code {self.code}\n"
                f"--- standard output\n{self.stdout}\n--- standard error\n{self.stderr}")


def run(arguments, ranks=None, threads=1, timeout=120, wrap=(), **process_options):
    """Runs the program and returns its Outcome. `wrap` is put in front of the command."""
    command = [*map(str, wrap), *command_line(arguments, ranks)]
    finished = subprocess.run(command, env=environment(threads), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, **process_options)
    return Outcome(command, finished)


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, `self.folder`."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plumbline test "))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, content):
        """Writes text (common indentation removed) or bytes; returns the path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(textwrap.dedent(content).lstrip("\n"))
        return path

    def run_program(self, *arguments, code=0, **options):
        """Runs the program and checks its exit code."""
        outcome = run(arguments, **options)
        self.assertEqual(outcome.code, code, str(outcome))
        return outcome

    def train(self, study, name="results", *arguments, **options):
        """Runs a study quietly into a new folder; returns the folder."""
        results = self.folder / name
        self.run_program("run", study, "-o", results, "--quiet", *arguments, **options)
        return results

    def only_history(self, results):
        """The one history file in a folder of results."""
        files = sorted(results.glob("*.h5"))
        self.assertEqual(len(files), 1, files)
        return files[0]
