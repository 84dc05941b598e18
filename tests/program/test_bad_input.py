"""Whatever is wrong with the input, the program ends with the right exit code and one clear line,
alone and under mpirun, leaves no half-written result under a finished name, and touches nothing
that was there before."""
import gzip
import os
import resource
import shutil
import struct
import subprocess
import unittest

import h5py

import plumb

USAGE, INPUT_OUTPUT = 1, 3

STUDY = """\
[network]
depth = 2
width = 8
activation = "relu"
[data]
source = "spirals"
[train]
batch = 32
slice = 8
steps = 3
"""


def idx(magic, sizes, values):
    return struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + bytes(values)


class BadInput(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.results = self.folder / "results"

    def expect_error(self, arguments, code, *words, launches=(None, 2), **options):
        """Both launches: `code`, exactly one line on standard error, and it holds all `words`."""
        for ranks in launches:
            with self.subTest(words=words, ranks=ranks):
                outcome = plumb.run(arguments, ranks=ranks, **options)
                self.assertEqual(outcome.code, code, str(outcome))
                error = self.only_error(outcome)
                for word in words:
                    self.assertIn(word, error)
                self.assertNotIn("VERIFICATION", outcome.stdout)
                self.expect_nothing_finished()

    def only_error(self, outcome):
        """The one line of standard error, warnings about this machine aside."""
        lines = [line for line in outcome.stderr.splitlines()
                 if not line.startswith("plumbline: warning: ")]
        self.assertEqual(len(lines), 1, str(outcome))
        self.assertTrue(lines[0].startswith("plumbline: error: "), str(outcome))
        return lines[0]

    def expect_nothing_finished(self):
        if self.results.is_dir():
            finished = [p.name for p in self.results.iterdir() if p.suffix in (".h5", ".json")]
            self.assertEqual(finished, [])

    def run_arguments(self, study, *more):
        return ["run", study, "-o", self.results, "--quiet", *more]


class StudyErrors(BadInput):
    def expect_study_error(self, old, new, line, words):
        """The base study with `old` replaced is refused at `line` of the file."""
        self.assertIn(old, STUDY)
        study = self.write("bad.toml", STUDY.replace(old, new))
        place = f"{study}:{line}: "
        for ranks in (None, 2):
            with self.subTest(new=new, ranks=ranks):
                outcome = plumb.run(self.run_arguments(study), ranks=ranks)
                self.assertEqual(outcome.code, USAGE, str(outcome))
                error = self.only_error(outcome)
                self.assertTrue(error.startswith(f"plumbline: error: {place}"), str(outcome))
                self.assertIn(words, error)
                self.assertFalse(self.results.exists())


class BadStudies(StudyErrors):
    def test_unknown_keys(self):
        self.expect_study_error("width = 8", "wdith = 8", 3, "wdith")
        self.expect_study_error("[data]", "[dtaa]", 5, "dtaa")

    def test_keys_of_features_that_are_not_there_yet_are_unknown(self):
        self.expect_study_error("[data]", "[allreduce]\nhierarchy = true\n[data]", 6, "hierarchy")

    def test_wrong_types(self):
        self.expect_study_error("width = 8", 'width = "wide"', 3, "width")
        self.expect_study_error("width = 8", "width = 8.5", 3, "width")
        self.expect_study_error('"relu"', "3", 4, "activation")
        self.expect_study_error("[train]", '[train]\nprecision = ["float32", 64]', 8, "precision")

    def test_values_out_of_range(self):
        self.expect_study_error("depth = 2", "depth = -1", 2, "depth")
        self.expect_study_error("width = 8", "width = -1", 3, "width")
        self.expect_study_error("batch = 32", "batch = 0", 8, "batch")
        self.expect_study_error("steps = 3", "steps = 3\nlearning_rate = nan", 11, "learning_rate")
        self.expect_study_error("steps = 3", "steps = 3\nmomentum = -0.5", 11, "momentum")

    def test_shares_that_float32_rounds_to_one(self):
        self.expect_study_error("steps = 3", "steps = 3\nmomentum = 0.99999999", 11, "0.999999")
        for key in ("beta1", "beta2"):
            self.expect_study_error(
                "steps = 3", f'steps = 3\noptimizer = "adam"\n{key} = 0.99999999', 12,
                "<= 0.999999")

    def test_a_name_that_is_not_offered_lists_those_that_are(self):
        self.expect_study_error('"relu"', '"swish"', 4, "leaky_relu")
        self.expect_study_error('"spirals"', '"sprials"', 6, "shapes")

    def test_widths_that_do_not_fit_the_network(self):
        self.expect_study_error("width = 8", "width = [[8, 6, 4]]", 3, "network.depth = 2")
        self.expect_study_error("width = 8", "width = [[8, 4]]\nresidual = true", 4, "one width")
        self.expect_study_error("width = 8", 'width = [[8, 4]]\nfamily = "rnn"', 3, "one integer")
        self.expect_study_error("width = 8", "width = [[8, 0]]", 3, "[[512, 256, 128]]")

    def test_as_many_widths_as_layers_are_a_sweep_that_says_so(self):
        study = self.write("study.toml", STUDY.replace("width = 8", "width = [8, 4]"))
        for ranks in (None, 2):
            outcome = self.run_program("run", study, "--dry-run", ranks=ranks)
            hint = f"plumbline: warning: {study}:3: network.width = [8, 4] is a sweep of 2 networks"
            self.assertEqual(outcome.stderr.count(hint), 1, str(outcome))
            self.assertIn("relu-glorot-2x8", outcome.stdout)
        outcome = self.run_program("run", study, "--dry-run", "--set", "network.width=[[8, 4]]")
        self.assertNotIn("sweep", outcome.stderr)
        self.assertIn("relu-glorot-2x8-4", outcome.stdout)

    def test_a_sweep_of_zero_runs(self):
        self.expect_study_error("depth = 2", "depth = []", 2, "depth")

    def test_a_batch_that_is_no_multiple_of_the_slice(self):
        study = self.write("bad.toml", STUDY.replace("slice = 8", "slice = 12"))
        self.expect_error(self.run_arguments(study), USAGE, f"{study}:8: ", "train.slice = 12")

    def test_text_that_is_not_toml(self):
        self.expect_study_error("width = 8", "width = = 8", 3, "")
        self.expect_study_error("width = 8", "width = 8\nwidth = 9", 4, "width")

    def test_a_study_that_is_not_there(self):
        self.expect_error(self.run_arguments(self.folder / "none.toml"), INPUT_OUTPUT, "none.toml")
        self.expect_error(self.run_arguments(self.folder), INPUT_OUTPUT, str(self.folder))


class BadArguments(BadInput):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)

    def test_more_workers_than_slices(self):
        self.expect_error(self.run_arguments(self.study), USAGE, "slice", threads=8)
        self.expect_error(self.run_arguments(self.study), USAGE, "slice", launches=(8,))

    def test_so_many_threads_that_their_number_overflows(self):
        arguments = self.run_arguments(self.study, "--threads", 2**62)  # x 4 ranks = 0 in 64 bits
        self.expect_error(arguments, USAGE, "--threads", "allowed: 1 to", launches=(None, 2, 4))

    def test_an_index_out_of_range(self):
        self.expect_error(self.run_arguments(self.study, "--index", 1), USAGE, "index")
        self.expect_error(self.run_arguments(self.study, "--index", -1), USAGE, "index")

    def test_overrides_that_are_wrong(self):
        for override in ("train.stpes=3", "train.steps", "train.steps=soon", "network.depth=[]"):
            self.expect_error(self.run_arguments(self.study, "--set", override), USAGE,
                              override.partition("=")[0])

    def test_commands_and_options_that_do_not_exist(self):
        self.expect_error(["rnu", self.study], USAGE, "--help")
        self.expect_error(self.run_arguments(self.study, "--frobnicate"), USAGE, "--frobnicate")
        self.expect_error([], USAGE, "--help")


class BadData(BadInput):
    """Data files that cannot be what they say they are."""

    def study_on(self, source, path):
        return self.write("study.toml", STUDY.replace(
            'source = "spirals"', f'source = "{source}"\npath = "{path}"'))

    def expect_data_error(self, source, path, *words):
        arguments = self.run_arguments(self.study_on(source, path), "--data-dir", self.folder)
        self.expect_error(arguments, INPUT_OUTPUT, *words)

    def write_digits(self, **replaced):
        """Four good files in digits/, one of them replaced by other bytes (None: left out)."""
        files = {
            "train-images-idx3-ubyte": idx(0x803, (64, 4, 4), (i % 251 for i in range(64 * 16))),
            "train-labels-idx1-ubyte": idx(0x801, (64,), (i % 10 for i in range(64))),
            "t10k-images-idx3-ubyte": idx(0x803, (32, 4, 4), (i % 241 for i in range(32 * 16))),
            "t10k-labels-idx1-ubyte": idx(0x801, (32,), (i % 10 for i in range(32))),
        }
        shutil.rmtree(self.folder / "digits", ignore_errors=True)
        for name, content in files.items():
            content = replaced.get(name.replace("-", "_"), content)
            if content is not None:
                self.write(f"digits/{name}", content)

    def test_the_good_files_are_accepted(self):
        self.write_digits()
        self.train(self.study_on("idx", "digits"), "good", "--data-dir", self.folder)

    def test_missing_files(self):
        self.expect_data_error("idx", "nowhere", "nowhere")
        self.write_digits(train_labels_idx1_ubyte=None)
        self.expect_data_error("idx", "digits", "train-labels-idx1-ubyte")
        self.expect_data_error("csv", "none.csv", "none.csv")

    def test_truncated_files(self):
        images = idx(0x803, (64, 4, 4), range(200))
        self.write_digits(train_images_idx3_ubyte=images)
        self.expect_data_error("idx", "digits", "train-images-idx3-ubyte")
        self.write_digits(train_images_idx3_ubyte=images[:7])
        self.expect_data_error("idx", "digits", "train-images-idx3-ubyte")
        whole = gzip.compress(idx(0x803, (64, 4, 4), (i * i % 251 for i in range(64 * 16))))
        self.write_digits(train_images_idx3_ubyte=None)
        self.write("digits/train-images-idx3-ubyte.gz", whole[:len(whole) // 2])
        self.expect_data_error("idx", "digits", "train-images-idx3-ubyte.gz")

    def test_a_wrong_magic_number(self):
        self.write_digits(train_labels_idx1_ubyte=idx(0x803, (64,), (i % 10 for i in range(64))))
        self.expect_data_error("idx", "digits", "magic")
        self.write_digits(train_images_idx3_ubyte=b"<html>404 not found</html>\n" * 20)
        self.expect_data_error("idx", "digits", "magic")

    def test_files_that_do_not_match_each_other(self):
        self.write_digits(train_labels_idx1_ubyte=idx(0x801, (63,), (i % 10 for i in range(63))))
        self.expect_data_error("idx", "digits", "63")
        self.write_digits(t10k_images_idx3_ubyte=idx(0x803, (32, 5, 5), bytes(32 * 25)))
        self.expect_data_error("idx", "digits", "t10k-images-idx3-ubyte")

    def test_a_test_label_that_no_training_sample_has(self):
        labels = [i % 10 for i in range(32)]
        labels[20] = 10
        self.write_digits(t10k_labels_idx1_ubyte=idx(0x801, (32,), labels))
        self.expect_data_error("idx", "digits", "holds 10 at position 20", "the labels of the")

    def test_tables_with_faults_are_named_by_line(self):
        good = [f"{i / 7},{i % 5},{i % 3}" for i in range(40)]
        for row, words in (("1.5,two,1", "two"), ("1.5,1", "2 fields"), ("1.5,2,cat", "label"),
                           ("1.5,2,0.5", "measurement"), ("1.5,2,", "data.missing")):
            rows = list(good)
            rows[16] = row
            table = self.write("table.csv", "\n".join(rows) + "\n")
            self.expect_data_error("csv", "table.csv", f"{table}:17: ", words)

    def test_more_samples_than_the_file_holds(self):
        self.write_digits()
        study = self.study_on("idx", "digits")
        arguments = self.run_arguments(study, "--data-dir", self.folder, "--set", "data.samples=65")
        self.expect_error(arguments, USAGE, "64")

    def test_a_kernel_larger_than_the_image(self):
        self.write_digits()
        study = self.study_on("idx", "digits")
        study.write_text(study.read_text().replace(
            "width = 8", 'width = 8\nfamily = "cnn"\nkernel = 5'))
        arguments = self.run_arguments(study, "--data-dir", self.folder)
        self.expect_error(arguments, USAGE, f"{study}:5: ", "network.kernel = 5", "4 x 4")

    def test_pooling_of_images_too_small_for_it(self):
        self.write_digits()
        study = self.study_on("idx", "digits")
        base = study.read_text()
        for key in ('pooling = "average"', "pool_every = 1"):
            study.write_text(base.replace("width = 8", f'width = 8\nfamily = "cnn"\n{key}'))
            self.expect_error(self.run_arguments(study, "--data-dir", self.folder), USAGE,
                              f"{study}:5: network.{key.partition(' ')[0]} has no effect", "4 x 4",
                              "network.pooling = none")
        study.write_text(base.replace("width = 8", 'width = 8\nfamily = "cnn"'))
        self.train(study, "nobody asked for it", "--data-dir", self.folder)

    def test_a_dry_run_finds_what_the_run_would(self):
        """With the line of the study, and before a table that would be of no use."""
        self.write_digits()
        study = self.study_on("idx", "digits")
        study.write_text(study.read_text().replace("depth = 2", 'depth = [4, 5]\nfamily = "rnn"'))
        for ranks in (None, 2):
            outcome = plumb.run(self.run_arguments(study, "--data-dir", self.folder, "--dry-run"),
                                ranks=ranks)
            self.assertEqual(outcome.code, USAGE, str(outcome))
            self.assertIn(f"error: {study}:2: network.depth = 5", self.only_error(outcome))
            self.assertEqual(outcome.stdout, "", str(outcome))

    def test_time_steps_that_the_samples_cannot_be_dealt_out_to(self):
        self.write_digits()
        study = self.study_on("idx", "digits")
        study.write_text(study.read_text().replace("depth = 2", 'depth = 5\nfamily = "rnn"'))
        arguments = self.run_arguments(study, "--data-dir", self.folder)
        self.expect_error(arguments, USAGE, f"{study}:2: ", "network.depth = 5", "16")


class BadOutput(BadInput):
    def setUp(self):
        super().setUp()
        self.study = self.write("study.toml", STUDY)

    def test_a_folder_that_cannot_be_made(self):
        self.write("file", "in the way\n")
        self.results = self.folder / "file" / "results"
        self.expect_error(self.run_arguments(self.study), INPUT_OUTPUT, str(self.folder / "file"))
        self.assertEqual((self.folder / "file").read_text(), "in the way\n")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_may_not_be_written(self):
        self.results.mkdir(mode=0o555)
        self.expect_error(self.run_arguments(self.study), INPUT_OUTPUT, str(self.results))

    def test_results_that_are_already_there(self):
        self.train(self.study, "results")
        before = plumb.contents(self.results)
        for ranks in (None, 2):
            outcome = plumb.run(self.run_arguments(self.study), ranks=ranks)
            self.assertEqual(outcome.code, INPUT_OUTPUT, str(outcome))
            self.assertIn("--force", self.only_error(outcome))
            self.assertEqual(plumb.contents(self.results), before)

    def test_a_full_disk(self):
        """A file system of its own, of 200 kB: enough to begin, too little to finish."""
        disk, listing = self.folder / "disk", self.folder / "listing"
        disk.mkdir()
        self.results = disk / "results"
        script = self.write("on_a_small_disk.sh", """
            mount -t tmpfs -o size=200k tmpfs "$1" || exit 99
            disk=$1 listing=$2
            shift 2
            "$@"
            code=$?
            ls -R "$disk" > "$listing"
            exit $code
        """)
        wrap = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []),
                "sh", script, disk, listing]
        if subprocess.run([*wrap, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine lets nobody mount; the size limit below tests the same")
        arguments = self.run_arguments(self.study, "--set", "train.steps=4000")
        for ranks in (None, 2):
            outcome = plumb.run(arguments, ranks=ranks, wrap=wrap)
            self.assertEqual(outcome.code, INPUT_OUTPUT, str(outcome))
            self.assertIn("No space left", self.only_error(outcome))
            left = listing.read_text().split()
            self.assertIn("results", left)
            self.assertEqual([name for name in left if name.endswith((".h5", ".json"))], [])

    def test_a_limit_on_the_size_of_files(self):
        megabytes = 1 << 20  # MPI's own files stay below 16 of them, the snapshot needs 90
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (16 * megabytes, 16 * megabytes))
        for ranks in (None, 2):
            self.results = self.folder / f"results of {ranks}"
            arguments = self.run_arguments(
                self.study, "--set", "network.width=1200", "--set", "network.depth=9",
                "--set", "record.snapshot_steps=[0]")
            self.expect_error(arguments, INPUT_OUTPUT, str(self.results), "File too large",
                              launches=(ranks,), preexec_fn=limit)


class BadResultFiles(BadInput):
    def expect_refused(self, path):
        for arguments in (["info", path], ["compare", path], ["compare", "--exact", path, path]):
            self.expect_error(arguments, INPUT_OUTPUT, str(path))

    def test_files_that_are_not_ours(self):
        self.expect_refused(self.write("notes.h5", "not a history\n"))
        self.expect_refused(self.write("empty.h5", b""))
        self.expect_refused(self.folder / "missing.h5")

    def test_an_hdf5_file_of_somebody_else(self):
        path = self.folder / "other.h5"
        with h5py.File(path, "w") as other:
            other["temperature"] = [1.0, 2.0]
        self.expect_refused(path)

    def test_a_history_that_was_cut_off(self):
        history = self.only_history(self.train(self.write("study.toml", STUDY), "whole"))
        content = history.read_bytes()
        self.expect_refused(self.write("cut.h5", content[:len(content) * 2 // 3]))

    def test_a_folder_without_results(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.expect_error(["compare", empty], INPUT_OUTPUT, str(empty))


class BadCombinations(StudyErrors):
    """Values that are right by themselves and make no sense together."""

    def test_the_adding_problem_is_for_recurrent_networks(self):
        self.expect_study_error('"spirals"', '"adding"', 6, "adding only with network.family = rnn")

    def test_the_adding_problem_is_learned_by_squared_error(self):
        self.expect_study_error(
            STUDY, '[network]\nfamily = "rnn"\n[data]\nsource = "adding"\n[train]\n'
                   'loss = "softmax_cross_entropy"\n', 6, "allowed: mean_squared_error")

    def test_a_slope_without_a_leak(self):
        self.expect_study_error('"relu"', '"sigmoid"\nnegative_slope = 0.1', 5,
                                "network.negative_slope has no effect")

    def test_a_loss_scale_of_zero(self):
        for more in ("", '\ngradient_format = "float16"'):
            self.expect_study_error("steps = 3", "steps = 3\nloss_scale = 0" + more, 11,
                                    "or dynamic")

    def test_narrow_gradients_of_wide_numbers(self):
        self.expect_study_error(
            "steps = 3", 'steps = 3\nprecision = "float64"\ngradient_format = "float16"', 12,
            "train.precision = float32")

    def test_kernels_that_fit_no_image(self):
        self.expect_study_error("width = 8", 'width = 8\nfamily = "cnn"\nkernel = 33', 5,
                                "an odd integer from 1 to 31")
        self.expect_study_error("width = 8", 'width = 8\nfamily = "cnn"\nkernel = 4', 5,
                                "an odd integer from 1 to 31")
        self.expect_study_error("width = 8", 'width = 8\nkernel = 5', 4,
                                "only with network.family = cnn")

    def test_convolutions_over_points(self):
        self.expect_study_error("width = 8", 'width = 8\nfamily = "cnn"', 7, "no images")

    def test_residual_recurrence(self):
        self.expect_study_error("width = 8", 'width = 8\nfamily = "rnn"\nresidual = true', 5,
                                "network.residual has no effect")

    def test_residual_networks_without_a_second_layer(self):
        self.expect_study_error("depth = 2", "depth = [1, 2]\nresidual = true", 3,
                                "true only with network.depth >= 2")

    def test_pooling_after_more_convolutions_than_there_are(self):
        self.expect_study_error(
            STUDY, '[network]\nfamily = "cnn"\ndepth = 2\npool_every = 3\n', 4,
            "an integer from 1 to 2")

    def test_recurrent_networks_without_a_time_step(self):
        self.expect_study_error("depth = 2", 'depth = 0\nfamily = "rnn"', 2,
                                "an integer from 1 to 10000")

    def test_the_identity_between_layers(self):
        self.expect_study_error("width = 8", 'width = 8\ninit = "identity"', 4,
                                "identity only with network.family = rnn")

    def test_settings_of_the_other_optimizer(self):
        self.expect_study_error("steps = 3", "steps = 3\nbeta1 = 0.5", 11, "adam")
        self.expect_study_error("steps = 3", 'steps = 3\noptimizer = "adam"\nmomentum = 0.5', 12,
                                "sgd")


if __name__ == "__main__":
    unittest.main()
