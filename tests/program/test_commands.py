"""Each command does what its page of the contract says, from a user's chair."""
import csv
import io
import json
import os
import re
import unittest

import plumb

STUDY = """
    [study]
    name = "small"
    [network]
    depth = [2, 3]
    width = 8
    activation = ["sigmoid", "relu"]
    [data]
    source = "spirals"
    [train]
    batch = 32
    slice = 8
    steps = 5
"""


class Commands(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("small.toml", STUDY)

    def result(self, results):
        """result.json, which must be strict JSON: no NaN, no Infinity."""
        def refuse(constant):
            self.fail(f"result.json holds {constant}")
        return json.loads((results / "result.json").read_text(), parse_constant=refuse)

    def test_help_and_version_are_everywhere(self):
        self.assertRegex(self.run_program("--version").stdout, r"\d+\.\d+\.\d+")
        overview = self.run_program("--help").stdout
        for command in ("run", "compare", "info", "theory", "claims", "doctor"):
            self.assertIn(command, overview)
            self.assertIn(command, self.run_program(command, "--help").stdout)
            self.assertRegex(self.run_program(command, "--version").stdout, r"\d+\.\d+\.\d+")

    def test_run_writes_one_history_per_network_and_a_result(self):
        results = self.folder / "results"
        outcome = self.run_program("run", self.study, "-o", results, ranks=2)
        histories = sorted(path.name for path in results.glob("*.h5"))
        self.assertEqual([name[:5] for name in histories], ["0000-", "0001-", "0002-", "0003-"])
        self.assertEqual(list(results.glob("*.part")), [])
        result = self.result(results)
        self.assertEqual(result["schema"], "plumbline.result/1")
        self.assertIsInstance(result["provenance"], dict)
        self.assertEqual([run["file"] for run in result["runs"]], histories)
        # The order of the contract's table, the last key varying fastest: depth, then activation.
        order = [(run["settings"]["network.depth"], run["settings"]["network.activation"])
                 for run in result["runs"]]
        self.assertEqual(order, [(2, "sigmoid"), (2, "relu"), (3, "sigmoid"), (3, "relu")])
        for index, run in enumerate(result["runs"]):
            self.assertEqual((run["index"], run["status"]), (index, "completed"))
            self.assertGreater(run["samples_per_second"], 0)
            self.assertLessEqual(run["step_seconds"]["median"], run["step_seconds"]["p95"])
            self.assertTrue(0 <= run["final_accuracy"] <= 1)
            self.assertGreater(run["final_loss"], 0)
            self.assertGreaterEqual(len(run["verification"]), 3)
            for check in run["verification"]:
                self.assertTrue(check["passed"], check)
        self.expect_last_lines(outcome.stdout)

    def expect_last_lines(self, stdout):
        figure, verdict = stdout.splitlines()[-2:]
        number = re.fullmatch(r"FOM samples_per_second = (\S+) samples/s", figure)
        self.assertIsNotNone(number, figure)
        self.assertGreater(float(number[1]), 0)
        counts = re.fullmatch(r"VERIFICATION: PASSED \((\d+)/(\d+)\)", verdict)
        self.assertIsNotNone(counts, verdict)
        self.assertEqual(counts[1], counts[2])

    def test_quiet_still_prints_the_last_lines(self):
        outcome = self.run_program("run", self.study, "-o", self.folder / "results", "--quiet")
        self.expect_last_lines(outcome.stdout)
        self.assertEqual(len(outcome.stdout.splitlines()), 2, str(outcome))

    def test_progress_without_a_terminal_is_plain_lines(self):
        outcome = self.run_program("run", self.study, "-o", self.folder / "results")
        self.assertNotRegex(outcome.stdout + outcome.stderr, r"[\r\x1b]")

    def test_dry_run_shows_the_runs_and_writes_nothing(self):
        outcome = self.run_program("run", self.study, "--dry-run", "-o", self.folder / "results")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["small.toml"])
        self.assertEqual(len(re.findall(r"sigmoid|relu", outcome.stdout)), 4, outcome.stdout)
        for column in ("parameters", "FLOP", "B/rank", "recorded"):
            self.assertIn(column, outcome.stdout)
        # Spirals have 2 inputs and 3 classes: (2+1) 8 + (8+1) 8 + (8+1) 3 weights and biases.
        self.assertEqual(outcome.stdout.split().count("123"), 2, outcome.stdout)

    def dry_run(self, *overrides):
        """The table's numbers of the one run these overrides leave of the small study."""
        sets = [word for override in overrides for word in ("--set", override)]
        outcome = self.run_program("run", self.study, "--dry-run", "--set", "network.depth=2",
                                   "--set", "network.activation=relu", *sets)
        names = ("index", "label", "threads", "parameters", "gflop", "megabytes", "recorded")
        row = dict(zip(names, outcome.stdout.splitlines()[2].split()))
        return {name: float(row[name]) for name in ("parameters", "megabytes")}

    def test_dry_run_counts_what_each_time_step_adds_to_the_gradient(self):
        """A copy of the cell's gradient for each time step, and two more of all of them for the
        tree over 4 slices: see extra() of rnn.hpp and the partial sums of train::Worker."""
        row = self.dry_run("data.source=shapes", "network.family=rnn", "network.depth=1024",
                           "network.width=64", "train.batch=4", "train.slice=1")
        steps = 3 * 1024 * 4e-6 * ((64 + 1) * 64 + 64)
        self.assertGreater(row["megabytes"], steps)
        self.assertLess(row["megabytes"], 1.2 * steps)  # the samples' states are an eighth of it

    def test_dry_run_counts_the_columns_of_convolutions(self):
        """im2col: each of 32 x 32 pixels with its 31 x 31 neighbours in 8 channels, and once more
        for the gradient; both in float64, too, for the check of the gradient. Weights and images
        are a twentieth of that."""
        row = self.dry_run("data.source=shapes", "network.family=cnn", "network.kernel=31",
                           "network.width=8")
        columns = (4e-6 + 8e-6) * 2 * 32 * 32 * 31 * 31 * 8
        self.assertGreater(row["megabytes"], columns)
        self.assertLess(row["megabytes"], 1.1 * columns)

    def test_dry_run_counts_blocks_as_large_as_the_parameters(self):
        """Parameters, gradient and two levels of partial sums; the check of the gradient has the
        first two in float64. The hidden matrix, all but 1 % of the parameters, is a partial sum;
        activations are a fifth of a block. Adam keeps two more blocks."""
        sgd = self.dry_run("network.width=1000")
        adam = self.dry_run("network.width=1000", "train.optimizer=adam")
        block = 4e-6 * sgd["parameters"]
        self.assertGreater(sgd["megabytes"] / block, 7.9)
        self.assertLess(sgd["megabytes"] / block, 8.4)
        self.assertAlmostEqual((adam["megabytes"] - sgd["megabytes"]) / block, 2, delta=0.02)

    def test_index_runs_one_network_of_the_study(self):
        results = self.train(self.study, "results", "--index", 2)
        self.assertTrue(self.only_history(results).name.startswith("0002-"))
        runs = self.result(results)["runs"]
        self.assertEqual([run["index"] for run in runs], [2])
        self.assertEqual(runs[0]["settings"]["network.depth"], 3)

    def test_set_overrides_and_sweeps(self):
        results = self.train(self.study, "results", "--set", "network.depth=[1,2,4]", "--set",
                             "network.activation=tanh", "--set", "train.steps=3")
        settings = [run["settings"] for run in self.result(results)["runs"]]
        self.assertEqual([run["network.depth"] for run in settings], [1, 2, 4])
        self.assertEqual({run["network.activation"] for run in settings}, {"tanh"})
        self.assertEqual({run["train.steps"] for run in settings}, {3})

    def test_existing_results_are_kept_unless_force(self):
        results = self.train(self.study, "results", "--index", 0)
        before = plumb.contents(results)
        outcome = plumb.run(["run", self.study, "-o", results, "--index", 0, "--quiet"])
        self.assertEqual(outcome.code, 3, str(outcome))
        self.assertRegex(outcome.stderr, r"^plumbline: error: .*--force.*\n$")
        self.assertEqual(plumb.contents(results), before)
        self.train(self.study, "results", "--index", 0, "--force", "--set", "train.steps=4")
        self.assertEqual(self.result(results)["runs"][0]["settings"]["train.steps"], 4)

    def test_compare_prints_a_table_and_csv_of_the_same_runs(self):
        results = self.train(self.study)
        labels = [run["label"] for run in self.result(results)["runs"]]
        table = self.run_program("compare", results).stdout
        for label in labels:
            self.assertIn(label, table)
        text = self.run_program("compare", results, "--csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(len(rows), len(labels))
        for row, label in zip(rows, labels):
            self.assertIn(label, row.values())
            self.assertNotIn(None, row)
            self.assertNotIn(None, row.values())

    def test_compare_takes_single_files(self):
        results = self.train(self.study)
        one, two, *_ = sorted(results.glob("*.h5"))
        table = self.run_program("compare", one, two).stdout
        self.assertIn(one.stem[5:], table)
        self.run_program("compare", "--exact", one, one)
        self.run_program("compare", "--exact", one, two, code=2)

    def test_info_says_what_a_file_holds_and_where_it_comes_from(self):
        history = self.only_history(self.train(self.study, "results", "--index", 1))
        text = self.run_program("info", history).stdout
        for word in ("gradients", "training", "relu"):
            self.assertIn(word, text)

    def test_doctor_names_what_it_found(self):
        text = self.run_program("doctor", ranks=2).stdout
        for word in ("OpenBLAS", "MPI", "HDF5"):
            self.assertIn(word, text)
        self.assertRegex(text, r"(?i)thread")

    def test_doctor_names_what_the_machine_grants(self):
        text = self.run_program("doctor").stdout
        for line in ("processors online", "allowed", "physical cores", "CPU quota", "load", "/dev/shm"):
            self.assertRegex(text, rf"(?m)^ *{line} +\S")

    def test_threads_that_wait_spin_briefly_unless_the_user_says_otherwise(self):
        """A small network is else 50 times slower on a machine that does other things, too."""
        without = ("env", "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT")
        for wrap, said in ((without, "GOMP_SPINCOUNT=1000"),
                           ((*without, "GOMP_SPINCOUNT=7"), "GOMP_SPINCOUNT=7"),
                           ((*without, "OMP_WAIT_POLICY=active"), "OMP_WAIT_POLICY=active")):
            text = self.run_program("doctor", wrap=wrap).stdout
            self.assertRegex(text, rf"(?m)^OpenMP environment .*{said} *$")

    def test_processes_that_a_foreign_launcher_started_alone_say_so_as_doctor_does(self):
        """As srun without --mpi=pmix does: every process is a world of its own."""
        for rank, size in (("PALS_RANKID", "PALS_SIZE"), ("FLUX_TASK_RANK", "FLUX_JOB_SIZE"),
                           ("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
                           ("SLURM_PROCID", "SLURM_NTASKS")):
            wrap = ("env", f"{rank}=0", f"{size}=4")
            advice = self.run_program("doctor", wrap=wrap).stdout
            self.assertRegex(advice, rf"advice: launcher does not match .*{size}=4, but this process")
        outcome = self.run_program("run", self.study, "-o", self.folder / "results", "--quiet",
                                   "--index", 0, wrap=wrap)
        self.assertEqual(outcome.stderr.count("launcher does not match"), 1, str(outcome))

    def test_more_threads_than_processors_are_advised_against_alike_by_run_and_doctor(self):
        bound = ("taskset", "-c", str(min(os.sched_getaffinity(0))))
        advice = self.run_program("doctor", "--threads", 2, ranks=2, wrap=bound).stdout
        said = re.findall(r"advice: (.*threads share.*)", advice)
        self.assertEqual(len(said), 1, advice)
        outcome = self.run_program("run", self.study, "-o", self.folder / "results", "--quiet",
                                   "--index", 0, "--threads", 2, ranks=2, wrap=bound)
        self.assertEqual(re.findall(r"warning: (.*threads share.*)", outcome.stderr), said)

    def test_a_process_without_mpirun_needs_no_network_interface(self):
        alone = ("unshare", "-rn")
        if plumb.subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no network namespaces here")
        self.run_program("run", self.study, "-o", self.folder / "results", "--quiet", "--index", 0,
                         wrap=alone)

    def test_data_is_looked_for_beside_the_study_and_in_the_data_folder(self):
        rows = "".join(f"{i % 7}.5,{i % 3}.25,{i % 2}\n" for i in range(64))
        study = self.write("studies/table.toml", STUDY.replace(
            'source = "spirals"', 'source = "csv"\n    path = "table.csv"'))
        arguments = ("run", study, "--dry-run", "--data-dir", self.folder / "data")
        missing = self.run_program(*arguments, ranks=2, code=3).stderr
        self.assertEqual(missing.count("plumbline: error: table.csv: no such file"), 1, missing)
        self.assertIn(str(self.folder / "data" / "table.csv"), missing)
        self.assertIn(str(self.folder / "studies" / "table.csv"), missing)
        self.write("data/table.csv", rows)
        self.run_program(*arguments)
        self.write("studies/table.csv", rows)
        (self.folder / "data" / "table.csv").unlink()
        self.run_program(*arguments)

    def test_a_study_may_be_named_in_any_alphabet(self):
        study = self.write("größe.toml", STUDY.replace('    name = "small"', ""))
        self.run_program("run", study, "--index", 0, "--quiet", cwd=self.folder)
        self.assertEqual(len(list((self.folder / "results" / "größe").glob("0000-*.h5"))), 1)

    def test_a_crippled_blas_is_named_once(self):
        """OPENBLAS_CORETYPE below what the CPU offers; Prescott is below every CPU we build for."""
        wrap = ("env", "OPENBLAS_CORETYPE=Prescott")
        self.assertIn("OPENBLAS_CORETYPE", self.run_program("doctor", wrap=wrap).stdout)
        outcome = self.run_program("run", self.study, "-o", self.folder / "results", "--quiet",
                                   ranks=2, wrap=wrap)
        warnings = [line for line in outcome.stderr.splitlines() if "OPENBLAS_CORETYPE" in line]
        self.assertEqual(len(warnings), 1, str(outcome))

    def test_a_diverged_run_says_so_and_its_result_is_valid_json(self):
        study = self.write("wild.toml", plumb.DIVERGING_STUDY)
        results = self.folder / "results"
        outcome = plumb.run(["run", study, "-o", results, "--quiet"])
        self.assertIn("VERIFICATION: PASSED", outcome.stdout, str(outcome))
        run = self.result(results)["runs"][0]
        self.assertEqual(run["status"], "diverged")
        self.assertIsNone(run["final_loss"])
        self.assertEqual(outcome.code, 0, str(outcome))
        self.run_program("compare", results)


if __name__ == "__main__":
    unittest.main()
