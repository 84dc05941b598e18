"""jobs/studies/mnist.toml learns MNIST: 97 % of the 10,000 test images. How long it takes is printed, and
no reason to fail: machines and their load differ."""
import json
import time
import unittest

import plumb


class Mnist(plumb.ProgramTest):
    def test_the_shipped_study_reaches_97_percent_of_the_test_images(self):
        started = time.monotonic()
        results = self.train(plumb.STUDIES / "mnist.toml", "results",
                             "--data-dir", plumb.data_dir(), ranks=2)
        seconds = time.monotonic() - started
        runs = json.loads((results / "result.json").read_text())["runs"]
        print(f"{seconds:.1f} s, accuracy {[run['final_accuracy'] for run in runs]}")
        for run in runs:
            self.assertEqual(run["status"], "completed")
            self.assertGreaterEqual(run["final_accuracy"], 0.97)


if __name__ == "__main__":
    if plumb.data_dir() is None:
        plumb.skip_all("MNIST is not there; data/fetch.sh gets it")
    unittest.main()
