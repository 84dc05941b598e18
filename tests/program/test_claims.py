"""plumbline claims: each claim's numbers, its verdict, and what it leaves behind."""
import json
import math
import unittest

import plumb

# What the experiments must come to; the numbers are those of the papers that docs/claims.md names.
VERDICTS = {
    "sigmoid_derivative": "holds only if",
    "chain_vanishes": "holds only if",
    "unit_normal_range": "false",
    "first_layer_slowest": "holds only if",
    "small_gradients_zero": "holds only if",
    "step_size": "holds",
    "tanh_same_problem": "holds only if",
    "relu_cures_and_dies": "holds only if",
    "leak_vanishes": "false",
    "rnn_explodes": "holds only if",
}


def reject(constant):
    raise ValueError(f"{constant} is not JSON")


class Claims(plumb.ProgramTest):
    @classmethod
    def setUpClass(cls):
        """The command runs once; every test looks at what it left."""
        cls.holder = plumb.ProgramTest()
        cls.holder.setUp()
        cls.results = cls.holder.folder / "claims"
        cls.outcome = plumb.run(["claims", "-o", cls.results], threads=2, timeout=500)
        text = (cls.results / "claims.json").read_text() if cls.outcome.code in (0, 2) else "{}"
        cls.json = json.loads(text, parse_constant=reject)

    @classmethod
    def tearDownClass(cls):
        cls.holder.doCleanups()

    def setUp(self):
        super().setUp()
        self.assertEqual(self.outcome.code, 0, str(self.outcome))
        self.claims = {claim["id"]: claim for claim in self.json["claims"]}

    def measured(self, claim, words):
        """The one measurement of a claim whose name contains the words."""
        found = [m["measured"] for m in self.claims[claim]["measurements"] if words in m["name"]]
        self.assertEqual(len(found), 1, words)
        return found[0]

    def test_every_claim_has_its_verdict(self):
        self.assertEqual(self.json["schema"], "plumbline.claims/1")
        self.assertEqual({name: claim["verdict"] for name, claim in self.claims.items()}, VERDICTS)
        for claim in self.claims.values():
            self.assertEqual(claim["condition"] is not None, claim["verdict"] == "holds only if")
            self.assertTrue(claim["trials"])
            self.assertTrue(all(m["agrees"] for m in claim["measurements"]), claim["id"])

    def test_the_table_and_the_last_line_say_the_same(self):
        lines = self.outcome.stdout.rstrip().splitlines()
        self.assertRegex(lines[-1], r"^VERIFICATION: PASSED \((\d+)/\1\)$")
        for name, verdict in VERDICTS.items():
            row = next(line for line in lines if line.startswith(name))
            self.assertTrue(row.endswith(verdict), row)
        self.assertEqual(self.outcome.stderr, "")

    def test_every_float_was_looked_at(self):
        self.assertEqual(self.measured("sigmoid_derivative", "floats looked at"), 2**32 - 2**24)
        self.assertEqual(self.measured("sigmoid_derivative", "largest derivative"), 0.25)
        # A float is 2e-6 there, and e^-x of a library is off by some of its last places.
        first_zero = self.measured("sigmoid_derivative", "x from which on s (1 - s)")
        self.assertAlmostEqual(first_zero, 24 * math.log(2), delta=1e-5)

    def test_the_measurements_are_those_of_the_literature(self):
        measured = self.measured
        self.assertLess(measured("chain_vanishes", "width 1"), 1e-13)
        # sqrt(chi_1) = .236, within the finite-width correction and 20 seeds
        self.assertAlmostEqual(measured("chain_vanishes", "sigma_w^2 = 1: factor"), .236, delta=.003)
        self.assertAlmostEqual(measured("unit_normal_range", "N(0,1)"), .3173, delta=.003)
        # 2 % and 4 %: 400 and 10 networks, whose ratios scatter by sqrt(k/n) = .4 and .2
        self.assertAlmostEqual(measured("first_layer_slowest", "width 30"), .741, delta=.02)
        self.assertAlmostEqual(measured("first_layer_slowest", "width 512"), 1.476, delta=.06)
        self.assertAlmostEqual(measured("first_layer_slowest", "keeps its length"), 103, delta=8)
        self.assertAlmostEqual(measured("small_gradients_zero", "93 %"), 10, delta=1)
        self.assertLess(measured("tanh_same_problem", "weight gradients"), 1e-11)
        # (1 + a^2) / 2, 1100 ratios that scatter by .2
        self.assertAlmostEqual(measured("leak_vanishes", "slope 0: mean"), .5, delta=.008)
        self.assertAlmostEqual(measured("leak_vanishes", "slope 0.3: mean"), .545, delta=.008)
        self.assertGreater(measured("rnn_explodes", "rnn, tanh, sigma_w^2 = 4"), 1)

    def test_dead_networks_are_as_frequent_as_the_formula_says(self):
        for width, depth in [(2, 9), (3, 9), (5, 9)]:
            share = self.measured("relu_cures_and_dies", f"{depth} layers of {width} units")
            expected = 1 - (1 - 2**-width)**depth
            # 99 % of binomial shares of 2000
            delta = 2.576 * math.sqrt(expected * (1 - expected) / 2000) + 1 / 4000
            self.assertAlmostEqual(share, expected, delta=delta)

    def test_every_history_is_readable_and_named(self):
        import h5py
        import numpy
        named = [name for claim in self.claims.values() for name in claim["histories"]]
        found = [str(path.relative_to(self.results)) for path in self.results.glob("*/*")]
        self.assertEqual(sorted(named), sorted(found))
        self.assertTrue(all(claim["histories"] for claim in self.claims.values()))
        for name in named:
            with self.subTest(history=name), h5py.File(self.results / name) as history:
                norms = history["gradients/delta_rms"][0]
                self.assertTrue(numpy.isfinite(norms).all())
                self.assertEqual(len(norms), len(history["gradients/layer"]))
        self.run_program("info", self.results / named[0])

    def test_results_that_are_there_are_an_error(self):
        before = (self.results / "claims.json").read_bytes()
        outcome = self.run_program("claims", "-o", self.results, code=3)
        self.assertIn("already there; allowed: another folder with -o, or --force", outcome.stderr)
        self.assertEqual((self.results / "claims.json").read_bytes(), before)

    def test_a_history_without_claims_json_is_an_error_too(self):
        left = self.write("claims/leak_vanishes/0000-relu.h5.part", "left behind")
        outcome = self.run_program("claims", "-o", self.folder / "claims", code=3)
        self.assertIn(str(left), outcome.stderr)

    def test_force_does_not_replace_somebody_elses_file(self):
        other = self.write("claims/claims.json", '{"claims": "of an insurance"}')
        outcome = self.run_program("claims", "--force", "-o", other.parent, code=3)
        self.assertIn("not a plumbline.claims/1 file", outcome.stderr)
        self.assertEqual(other.read_text(), '{"claims": "of an insurance"}')

    def test_several_ranks_are_refused_in_one_line(self):
        outcome = self.run_program("claims", "-o", self.folder / "claims", ranks=2, code=1)
        self.assertEqual(len(outcome.stderr.strip().splitlines()), 1, outcome.stderr)
        self.assertIn("started as several processes; allowed: one", outcome.stderr)
        self.assertFalse((self.folder / "claims").exists())


if __name__ == "__main__":
    unittest.main()
