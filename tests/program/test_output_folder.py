"""What happens to results that are already there: never touched unasked, and replaced only by
something new."""
import json
import unittest

import plumb

STUDY = """
    [network]
    depth = [2, 3, 4]
    width = 8
    [data]
    source = "spirals"
    [train]
    batch = 32
    slice = 8
    steps = 4
"""


class OutputFolder(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("small.toml", STUDY)
        self.results = self.folder / "results"

    def labels(self):
        runs = json.loads((self.results / "result.json").read_text())["runs"]
        return [run["label"] for run in runs]

    def test_tasks_of_an_array_fill_one_folder_in_any_order(self):
        for index in (2, 0, 1):
            self.train(self.study, "results", "--index", index)
        self.assertEqual(len(self.labels()), 3)
        self.assertEqual(len(list(self.results.glob("*.h5"))), 3)

    def test_another_network_under_the_same_index_is_refused_without_force(self):
        self.train(self.study, "results", "--index", 0)
        before = plumb.contents(self.results)
        other = ["run", self.study, "-o", self.results, "--index", 0, "--quiet",
                 "--set", "network.activation=tanh"]
        outcome = self.run_program(*other, code=3)
        self.assertIn("already holds run 0", outcome.stderr)
        self.assertEqual(plumb.contents(self.results), before)
        self.run_program(*other, "--force")
        self.assertEqual(self.labels(), ["tanh-glorot-2x8"])
        self.assertEqual([path.name for path in self.results.glob("*.h5")],
                         ["0000-tanh-glorot-2x8.h5"])

    def test_force_with_broken_input_leaves_everything_as_it_was(self):
        self.train(self.study)
        before = plumb.contents(self.results)
        self.run_program("run", self.study, "-o", self.results, "--quiet", "--force",
                         "--set", "data.source=idx", "--set", "data.path=nowhere", code=3)
        self.assertEqual(plumb.contents(self.results), before)

    def test_force_with_a_smaller_study_leaves_no_stale_histories(self):
        self.train(self.study)
        outcome = self.run_program("run", self.study, "-o", self.results, "--quiet", "--force",
                                   "--set", "network.depth=3", ranks=2)
        said = [line for line in outcome.stderr.splitlines() if "--force" in line]
        self.assertEqual(len(said), 1, str(outcome))
        self.assertIn("0 to be overwritten, 3 to be removed", said[0])
        self.assertIn("0002-sigmoid-glorot-4x8.h5", said[0])
        self.assertEqual(self.labels(), ["sigmoid-glorot-3x8"])
        self.assertEqual([path.name for path in self.results.glob("*.h5")],
                         ["0000-sigmoid-glorot-3x8.h5"])

    def test_a_foreign_result_json_is_found_before_training(self):
        self.results.mkdir()
        (self.results / "result.json").write_text('{"mine": 1}')
        for extra in ((), ("--force",), ("--index", "0")):
            self.run_program("run", self.study, "-o", self.results, "--quiet", *extra, code=3)
            self.assertEqual(plumb.contents(self.results), {"result.json": b'{"mine": 1}'})

    def test_a_bad_data_set_late_in_the_study_is_found_before_training(self):
        self.run_program("run", self.study, "-o", self.results, "--quiet",
                         "--set", "data.source=[spirals, idx]", "--set", "data.path=nowhere",
                         code=3)
        self.assertFalse(self.results.exists())

    def test_output_that_cannot_be_written_to_its_end_is_an_error(self):
        self.train(self.study)
        for arguments in (["compare", self.results], ["info", next(self.results.glob("*.h5"))]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                process = plumb.subprocess.run(plumb.command_line(arguments, None), stdout=full,
                                               stderr=plumb.subprocess.PIPE, text=True, timeout=60,
                                               env=plumb.environment(1), check=False)
            self.assertEqual(process.returncode, 3, process.stderr)
            self.assertIn("No space left on device", process.stderr)

    def test_openmp_that_grants_fewer_threads_changes_no_bit(self):
        whole = self.only_history(self.train(self.study, "whole", "--index", 1))
        outcome = plumb.run(["run", self.study, "-o", self.folder / "short", "--index", 1, "--quiet"],
                            threads=4, wrap=["env", "OMP_THREAD_LIMIT=1"])
        self.assertEqual(outcome.code, 0, str(outcome))
        self.run_program("compare", "--exact", whole, self.only_history(self.folder / "short"))


if __name__ == "__main__":
    unittest.main()
