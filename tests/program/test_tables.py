"""Tables as they are published: class first or last, with or without a header, separated by commas,
semicolons or tabs. Samples are drawn here, class by class, from normal distributions with the
published means and standard deviations."""
import unittest

import numpy as np

import plumb

# (samples, means, standard deviations) of each class: Fisher's iris, UCI wine, UCI seeds.
IRIS = [(50, (5.006, 3.428, 1.462, .246), (.352, .379, .174, .105)),
        (50, (5.936, 2.770, 4.260, 1.326), (.516, .314, .470, .198)),
        (50, (6.588, 2.974, 5.552, 2.026), (.636, .322, .552, .275))]
WINE = [(59, (13.74, 2.01, 2.46, 17.04, 106.3, 2.84, 2.98, .29, 1.90, 5.53, 1.06, 3.16, 1116),
         (.46, .69, .23, 2.55, 10.5, .34, .40, .07, .41, 1.24, .12, .36, 221)),
        (71, (12.28, 1.93, 2.24, 20.24, 94.5, 2.26, 2.08, .36, 1.63, 3.09, 1.06, 2.79, 520),
         (.54, 1.02, .32, 3.35, 16.8, .55, .71, .12, .60, .92, .20, .50, 157)),
        (48, (13.15, 3.33, 2.44, 21.42, 99.3, 1.68, .78, .45, 1.15, 7.40, .68, 1.68, 630),
         (.53, 1.09, .18, 2.26, 10.9, .36, .29, .12, .41, 2.31, .11, .27, 115))]
SEEDS = [(70, (14.33, 14.29, .880, 5.51, 3.24, 2.67, 5.09), (1.22, .58, .016, .23, .18, 1.17, .26)),
         (70, (18.33, 16.14, .884, 6.15, 3.68, 3.64, 6.02), (1.44, .62, .016, .27, .19, 1.18, .25)),
         (70, (11.87, 13.25, .849, 5.23, 2.85, 4.79, 5.12), (.72, .34, .022, .14, .15, 1.34, .16))]
# Red wine quality (Cortez et al. 2009), grades 3 to 8.
DEVIATIONS = (1.7, .17, .19, 1.4, .045, 10, 30, .0018, .153, .165, .95)
QUALITY = [(count, means, DEVIATIONS) for count, means in [
    (10, (8.36, .885, .171, 2.64, .1225, 11.0, 24.9, .99746, 3.398, .570, 9.96)),
    (53, (7.78, .694, .174, 2.69, .0907, 12.3, 36.3, .99654, 3.382, .596, 10.27)),
    (681, (8.17, .577, .244, 2.53, .0927, 17.0, 56.5, .99710, 3.305, .621, 9.90)),
    (638, (8.35, .497, .274, 2.48, .0850, 15.7, 40.9, .99662, 3.318, .675, 10.63)),
    (199, (8.87, .404, .375, 2.72, .0766, 14.1, 35.0, .99610, 3.291, .741, 11.47)),
    (18, (8.57, .423, .391, 2.58, .0684, 13.3, 33.4, .99521, 3.267, .768, 12.09))]]
QUALITY_HEADER = ";".join(f'"{name}"' for name in (
    "fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides",
    "free sulfur dioxide", "total sulfur dioxide", "density", "pH", "sulphates", "alcohol",
    "quality"))

STUDY = """
    [network]
    depth = 2
    width = 16
    activation = "tanh"
    [data]
    source = "csv"
    path = "table"
    [train]
    batch = 64
    slice = 16
    steps = 300
    learning_rate = 0.5
    [record]
    histogram_every = 300
"""


def draw(classes):
    """Rows of (numbers, class) in the order of the classes, as such files often are."""
    generator = np.random.default_rng(7)
    return [(generator.normal(means, deviations), k)
            for k, (count, means, deviations) in enumerate(classes) for _ in range(count)]


def numbers(row, separator=","):
    return separator.join(f"{value:.5g}" for value in row)


class Tables(plumb.ProgramTest):
    def history(self, lines, *overrides, end="\n", **options):
        import h5py
        self.write("table", (end.join(lines) + end).encode())
        study = self.write("study.toml", STUDY)
        settings = [word for override in overrides for word in ("--set", override)]
        results = self.train(study, "results", "--force", "--data-dir", self.folder, *settings,
                             **options)
        history = h5py.File(self.only_history(results))
        self.addCleanup(history.close)
        return history

    def expect_learned(self, history, names, inputs, accuracy):
        model = history["model"].attrs
        self.assertEqual([str(name) for name in model["class_names"]], names)
        self.assertEqual((model["classes"], model["inputs"]), (len(names), inputs))
        # At the start outputs are of the order of 1 or less, which adds to the logarithm.
        self.assertAlmostEqual(history["training/loss"][0], np.log(len(names)), delta=0.5)
        reached = history["training/accuracy"][-50:].mean()
        print(names, reached)
        self.assertGreaterEqual(reached, accuracy)

    def test_iris_with_names_last(self):
        names = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
        history = self.history([f"{numbers(row)},{names[k]}" for row, k in draw(IRIS)])
        self.expect_learned(history, names, 4, 0.95)

    def test_wine_with_the_class_first(self):
        lines = [f"{k + 1},{numbers(row)}" for row, k in draw(WINE)]
        history = self.history(lines, "data.label=first", end="\r\n", ranks=2)
        self.expect_learned(history, ["1", "2", "3"], 13, 0.95)

    def test_wheat_seeds_with_tabs(self):
        # Some lines of the published file have two tabs in a row.
        lines = [numbers(row, "\t").replace("\t", "\t\t" if i % 20 == 0 else "\t") + f"\t{k + 1}"
                 for i, (row, k) in enumerate(draw(SEEDS))]
        self.expect_learned(self.history(lines), ["1", "2", "3"], 7, 0.9)

    def test_red_wine_quality_with_semicolons(self):
        lines = [QUALITY_HEADER] + [f"{numbers(row, ';')};{k + 3}" for row, k in draw(QUALITY)]
        self.expect_learned(self.history(lines), list("345678"), 11, 0.55)

    def test_values_are_predicted_by_each_family(self):
        generator = np.random.default_rng(3)
        rows = generator.standard_normal((96, 9))
        lines = ["a,b,c,d,e,f,g,h,i,y"] + [f"{numbers(row)},{(row[0] - row[3]) / 4:.4f}" for row in rows]
        for family in ("mlp", "cnn", "rnn"):
            history = self.history(lines, "data.task=regression", "data.test_fraction=0.25",
                                   f"network.family={family}", "network.depth=3",
                                   "train.learning_rate=0.05")
            self.assertNotIn("class_names", history["model"].attrs)
            self.assertEqual(history["model"].attrs["loss"], "mean_squared_error")
            losses = history["training/loss"][:]
            print(family, losses[0], losses[-20:].mean())
            self.assertLess(losses[-20:].mean(), losses[0] / 2)
            self.assertEqual(history["evaluation/loss"].shape[0], 1)

    def expect_refused(self, lines, words, *overrides):
        self.write("table", ("\n".join(lines) + "\n").encode())
        study = self.write("study.toml", STUDY)
        settings = [word for override in overrides for word in ("--set", override)]
        for ranks in (None, 2):
            outcome = plumb.run(["run", study, "-o", self.folder / "none", "--data-dir",
                                 self.folder, *settings], ranks=ranks)
            self.assertIn(outcome.code, (1, 3), str(outcome))
            for word in words:
                self.assertEqual(outcome.stderr.count(word), 1, str(outcome))
        self.assertFalse((self.folder / "none").exists())

    def test_what_is_refused_is_said_once_with_the_remedy(self):
        wine = [f"{k + 1},{numbers(row)},{i + 300}" for i, (row, k) in enumerate(draw(WINE))]
        self.expect_refused(wine, ["looks like a measurement", "data.label = first"])
        self.expect_refused(["1,?,0", "1,2,1"], ["table:1: ", "data.missing = drop"])
        self.expect_refused(["@relation r", "@data", "1,0"], ["an ARFF file"])
        self.expect_refused(["1,2,0", "1,3,1"], ["data.label = kind"], "data.label=kind")


if __name__ == "__main__":
    unittest.main()
