"""plumbline theory: mean-field numbers against published ones, and what it refuses."""
import json
import math
import unittest

import plumb

# activation, sigma_w^2, sigma_b^2, q*, chi_1: six printed digits.
PUBLISHED = [
    ("sigmoid", 1, 0, .264687, .055721),
    ("sigmoid", 4, 0, 1.196914, .171581),
    ("sigmoid", 1, 1, 1.302134, .041960),
    ("tanh", .5, .05, .087580, .431987),
    ("tanh", 1, .05, .193593, .759032),
    ("tanh", 1.3, .05, .315316, .880164),
    ("tanh", 1.76, .05, .569463, .999796),
]

# At sigma_b^2 = .05: activation, sigma_w^2, q*.
CRITICAL = [
    ("tanh", 1.760955, .570048),
    ("gelu", 2.302520, .722036),
    ("silu", 2.728612, .826576),
    ("erf", 1.375839, .517177),
]

# chi_1 = V' = 1: activation, q*, sigma_w^2, sigma_b^2.
DOUBLE_CRITICAL = [
    ("gelu", 3.561553, 1.983058, .172922),
    ("silu", 14.320174, 1.988005, .555143),
]


# A quarter of the spirals' samples have less than a sixteenth of the largest square norm.
SPIRALS = """
    [network]
    depth = [6, 10, 20]
    width = 256
    activation = "tanh"
    init = "scaled"
    weight_variance = [2, 3]
    [data]
    source = "spirals"
    [train]
    batch = 256
    slice = 32
    steps = 1
    seed = [3, 4]
    """


class Theory(plumb.ProgramTest):
    def ask(self, activation, weight_variance, *arguments):
        """The JSON answer, which must be strict JSON."""
        def refuse(constant):
            self.fail(f"the answer holds {constant}")
        outcome = self.run_program("theory", "--activation", activation, "--weight-variance",
                                   weight_variance, "--json", *arguments)
        self.assertEqual(outcome.stderr, "")
        return json.loads(outcome.stdout, parse_constant=refuse)

    def test_published_table(self):
        for activation, weight, bias, q_star, chi_1 in PUBLISHED:
            with self.subTest(activation=activation, weight=weight, bias=bias):
                answer = self.ask(activation, weight, "--bias-variance", bias)
                self.assertAlmostEqual(answer["q_star"], q_star, delta=.51e-6)
                self.assertAlmostEqual(answer["chi_1"], chi_1, delta=.51e-6)
                self.assertAlmostEqual(answer["delta_factor"], math.sqrt(chi_1), delta=1e-5)
                self.assertEqual(answer["phase"], "ordered")
                self.assertEqual(answer["c_star"], 1)

    def test_piecewise_linear_functions(self):
        for weight, chi_1, phase in ((1, .5, "ordered"), (2, 1, "critical"), (4, 2, "chaotic")):
            answer = self.ask("relu", weight)
            self.assertEqual((answer["chi_1"], answer["phase"]), (chi_1, phase))
        for slope, weight in ((.01, 1.999800), (.3, 1.834862)):
            answer = self.ask("leaky_relu", weight, "--negative-slope", slope)
            self.assertAlmostEqual(answer["chi_1"], 1, delta=1e-6)
        self.assertEqual(self.ask("leaky_relu", 1)["negative_slope"], .01)

    def test_what_is_infinite_or_none_is_null(self):
        answer = self.ask("relu", 2, "--depth", 1000)
        self.assertIsNone(answer["q_star"])
        self.assertIsNone(answer["xi_c"])
        self.assertIsNone(answer["trainable_depth"])
        self.assertIs(answer["within_trainable_depth"], True)
        self.assertEqual(answer["total_factor"], 1)
        self.assertIsNone(answer["width"])
        self.assertIsNone(answer["log_ratio_bias"])

    def test_depth_and_width(self):
        # He et al. 2015: ReLU with Var W = 1/fan_in shrinks by 2^(-29/2) from layer 30 to layer 1.
        answer = self.ask("relu", 1, "--depth", 30, "--width", 250)
        self.assertAlmostEqual(answer["total_factor"] / 2**-14.5, 1, delta=1e-12)
        self.assertIs(answer["within_trainable_depth"], False)
        self.assertAlmostEqual(answer["trainable_depth"], 6 / math.log(2), delta=1e-12)
        self.assertEqual(answer["k"], 5)
        self.assertEqual(answer["log_ratio_bias"], -.01)
        self.assertEqual(answer["log_ratio_variance"], .02)
        self.assertIs(self.ask("relu", 1, "--depth", 8)["within_trainable_depth"], True)

    def test_factors_below_the_smallest_number_keep_their_exponent(self):
        answer = self.ask("sigmoid", 1, "--depth", 1001)
        self.assertEqual(answer["total_factor"], 0)
        exponent = 500 * math.log10(.055721)
        self.assertAlmostEqual(answer["log10_total_factor"], exponent, delta=.01)
        text = self.run_program("theory", "--activation", "sigmoid", "--weight-variance", 1,
                                "--depth", 1001).stdout
        self.assertIn(f"e{math.floor(exponent)}", text)

    def test_chaotic_networks_forget_the_correlation_of_their_inputs(self):
        answer = self.ask("tanh", 3)
        self.assertEqual((answer["phase"], answer["c_star"]), ("chaotic", 0))
        self.assertGreater(answer["xi_c"], 0)
        answer = self.ask("tanh", 3, "--bias-variance", .1)
        self.assertTrue(0 < answer["c_star"] < 1)

    def test_residual_networks_layer_by_layer(self):
        # linear: 1 + sigma_w^2 a layer, whatever the input.
        answer = self.ask("linear", 3, "--residual", "--depth", 6)
        self.assertEqual([layer["layer"] for layer in answer["layers"]], [1, 2, 3, 4, 5])
        for layer in answer["layers"]:
            self.assertAlmostEqual(layer["delta_rms_ratio"], 2, delta=1e-12)
        self.assertAlmostEqual(answer["total_factor"], 32, delta=1e-9)
        self.assertIsNone(answer["q_star"])
        # tanh's factor falls towards 1, while it would vanish without the skips.
        ratios = [layer["delta_rms_ratio"]
                  for layer in self.ask("tanh", 1, "--residual", "--depth", 60)["layers"]]
        self.assertEqual(ratios[1:], sorted(ratios[1:], reverse=True))
        self.assertTrue(1 < ratios[-1] < 1.1, ratios[-1])

    def critical(self, *arguments):
        outcome = self.run_program("theory", "--critical", "--json", *arguments)
        return json.loads(outcome.stdout)["functions"]

    def test_critical_points(self):
        for activation, weight, q_star in CRITICAL:
            with self.subTest(activation=activation):
                (answer,) = self.critical("--bias-variance", .05, "--activation", activation)
                self.assertAlmostEqual(answer["critical"]["weight_variance"], weight, delta=1e-6)
                self.assertAlmostEqual(answer["critical"]["q_star"], q_star, delta=1e-6)
        for activation, q_star, weight, bias in DOUBLE_CRITICAL:
            with self.subTest(activation=activation):
                (answer,) = self.critical("--activation", activation)
                self.assertAlmostEqual(answer["double_critical"]["q_star"], q_star, delta=1e-5)
                self.assertAlmostEqual(answer["double_critical"]["weight_variance"], weight,
                                       delta=1e-6)
                self.assertAlmostEqual(answer["double_critical"]["bias_variance"], bias, delta=1e-6)
        every = self.critical("--bias-variance", .05)
        self.assertGreaterEqual({answer["activation"] for answer in every},
                                {"sigmoid", "tanh", "relu", "leaky_relu", "linear"})
        relu = next(answer for answer in every if answer["activation"] == "relu")
        self.assertEqual(relu["critical"]["weight_variance"], 2)
        self.assertIsNone(relu["critical"]["q_star"])
        text = self.run_program("theory", "--critical", "--activation", "tanh",
                                "--bias-variance", .05).stdout
        for words in ("1.760955", "chi_1 = 1", "V'", "q*"):
            self.assertIn(words, text)

    def test_text_says_what_each_number_is(self):
        command = ["theory", "--activation", "sigmoid", "--weight-variance", 1, "--depth", 20]
        text = self.run_program(*command, "--width", 256).stdout
        for words in ("q*", ".26468", "chi_1", ".05572", "ordered", "xi_c", "vanish",
                      "delta_rms(1) / delta_rms(20)", "20 layers are more than 6 xi_c", "-k/(2n)"):
            self.assertIn(words, text)
        self.assertNotIn("nan", text)
        self.assertNotIn("layers are", self.run_program(*command[:-2]).stdout)
        self.assertIn("delta_rms(19) / delta_rms(20)",
                      self.run_program(*command, "--residual").stdout)

    def test_runs_whose_samples_differ_in_size_decay_as_predicted(self):
        results = self.train(self.write("spirals.toml", SPIRALS))
        runs = json.loads((results / "result.json").read_text())["runs"]
        self.assertEqual(len(runs), 12)
        checked = 0
        for run in runs:
            (check,) = [c for c in run["verification"] if c["name"] == "decay_matches_theory"]
            self.assertIs(check["passed"], True, check)
            checked += "predicted" in check["detail"]
        self.assertGreaterEqual(checked, 9)

    def test_help_and_version(self):
        self.assertIn("--weight-variance", self.run_program("theory", "--help").stdout)
        self.assertIn("theory", self.run_program("--help").stdout)
        self.assertRegex(self.run_program("theory", "--version").stdout, r"\d+\.\d+\.\d+")

    def test_one_process_speaks_under_a_launcher(self):
        outcome = self.run_program("theory", "--activation", "relu", "--weight-variance", 2,
                                   "--json", ranks=2)
        self.assertEqual(json.loads(outcome.stdout)["chi_1"], 1)

    def test_wrong_values_are_refused_in_one_line(self):
        tanh = ["--activation", "tanh"]
        good = [*tanh, "--weight-variance", "1"]
        for arguments, words in (
                ([], "--activation"),
                (tanh, "--weight-variance"),
                (["--activation", "tahn", "--weight-variance", "1"], "did you mean tanh?"),
                (["--activation", "Relu", "--weight-variance", "1"], "allowed: sigmoid, tanh"),
                ([*tanh, "--weight-variance", "0"], "allowed: above 0"),
                ([*tanh, "--weight-variance", "-1"], "allowed: above 0"),
                ([*tanh, "--weight-variance", "nan"], "allowed: above 0"),
                ([*tanh, "--weight-variance", "inf"], "allowed: above 0"),
                ([*tanh, "--weight-variance", "one"], "one"),
                ([*tanh, "--weight-variance", ""], "weight-variance"),
                ([*good, "--bias-variance", "-0.1"], "allowed: 0 to"),
                ([*good, "--bias-variance", "nan"], "allowed: 0 to"),
                ([*good, "--negative-slope", "0.1"], "allowed: with leaky_relu"),
                (["--activation", "leaky_relu", "--weight-variance", "1", "--negative-slope", "2"],
                 "allowed: 0 to 1"),
                ([*good, "--depth", "0"], "allowed: 1 to 10000"),
                ([*good, "--depth", "-3"], "allowed: 1 to 10000"),
                ([*good, "--depth", "2.5"], "2.5"),
                ([*good, "--depth", "99999999999999999999"], "depth"),
                ([*good, "--width", "0"], "allowed: 1 to 65536"),
                (["--activation", "tanh", "--weight-variance", "1e31"], "up to 1e+30"),
                ([*good, "--width", "65537"], "allowed: 1 to 65536"),
                ([*good, "--residual"], "allowed: --depth 2 or more"),
                ([*good, "--residual", "--depth", "1"], "allowed: --depth 2 or more"),
                ([*good, "--critical"], "allowed with it: --bias-variance"),
                (["--critical", "--negative-slope", ".1"], "needs --activation"),
                (["--critical", "--activation", "tahn"], "did you mean tanh?"),
                ([*good, "surplus"], "surplus")):
            with self.subTest(arguments=arguments):
                outcome = self.run_program("theory", *arguments, code=1)
                self.assertEqual(outcome.stdout, "")
                self.assertRegex(outcome.stderr, r"\Aplumbline: error: [^\n]+\n\Z")
                self.assertIn(words, outcome.stderr)


if __name__ == "__main__":
    unittest.main()
