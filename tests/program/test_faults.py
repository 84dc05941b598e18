"""A rank that is killed or stopped ends the job on all ranks, with one message that names it, and
what was recorded can be read. A link that is cut: tests/interop."""
import os
import re
import signal
import time
import unittest

import h5py

import plumb
from job_under_way import PATIENCE, Job, wait_until

# Trains until somebody ends it.
STUDY = """
    [network]
    depth = 6
    width = 64
    activation = "tanh"
    [data]
    source = "spirals"
    [train]
    batch = 64
    slice = 8
    steps = 1000000000
"""
ALLOWED_SECONDS = 10  # from the fault until every process has gone
# mpirun that leaves the others alone when a rank ends with a fault, like srun without -K.
IDLE_LAUNCHER = {"OMPI_MCA_orte_abort_on_non_zero_status": "0",
                 "OMPI_MCA_orte_allowed_exit_without_sync": "1"}


class FaultTest(plumb.ProgramTest):
    def setUp(self):
        super().setUp()
        self.study = self.write("long.toml", STUDY)
        self.results = self.folder / "results"

    def start(self, ranks, *arguments, **variables):
        job = Job(self.folder, ["run", self.study, "-o", self.results, "--quiet", *arguments],
                  ranks, variables)
        self.addCleanup(job.clean_up)
        return job

    def part(self):
        parts = list(self.results.glob("*.h5.part"))
        return parts[0] if parts else None

    def wait_for_flush(self, job):
        """Until rank 0 has handed rows to the system, just now: the next time is in half a second."""
        def last_written():
            self.assertIsNone(job.launcher.poll(), job.message())
            return self.part().stat().st_mtime_ns if self.part() else 0
        wait_until(lambda: self.part() and self.part().stat().st_size > 0, PATIENCE, "a file")
        for _ in range(3):  # the header, and two lots of rows
            before = last_written()
            wait_until(lambda: last_written() != before, PATIENCE, "rows")
            time.sleep(0.1)

    def expect_end(self, job, since):
        """All gone within the time that is promised; returns the exit code."""
        left = since + ALLOWED_SECONDS - time.monotonic()
        wait_until(lambda: job.launcher.poll() is not None and not job.alive(), left,
                   f"the end of {job.alive()}: {job.message()}")
        return job.launcher.returncode

    def expect_one_error(self, job, pattern):
        errors = [line for line in job.message().splitlines() if "plumbline: error:" in line]
        self.assertEqual(len(errors), 1, job.message())
        self.assertRegex(errors[0], pattern)

    def expect_readable(self):
        """By others and by us; returns the number of recorded steps."""
        with h5py.File(self.part(), "r") as file:
            steps = len(file["gradients/step"])
            self.assertGreater(steps, 0)
            for name, dataset in file["gradients"].items():
                self.assertGreaterEqual(len(dataset[()]), steps if dataset.maxshape[0] is None
                                        else 1, name)
            behind = steps - len(file["timing/step"])
            self.assertGreaterEqual(behind, 0)  # times are gathered later, never earlier
        told = self.run_program("info", self.part()).stdout
        self.assertRegex(told, r"status +unfinished")
        self.assertRegex(told, rf"recorded steps +{steps},")
        self.run_program("compare", self.part())
        return steps


class LostRank(FaultTest):
    def check(self, ranks, victim, number, pattern):
        job = self.start(ranks)
        self.wait_for_flush(job)
        job.signal(victim, number)
        self.assertNotEqual(self.expect_end(job, time.monotonic()), 0)
        self.expect_one_error(job, pattern)
        self.expect_readable()

    def test_a_rank_is_killed(self):
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.check(ranks, ranks - 1, signal.SIGKILL,
                           rf"rank {ranks - 1} \(host \S+\) no longer answers: killed")
                self.setUp()

    # Between two flushes; in the middle of one the file may be damaged (docs/decisions/008).
    def test_rank_0_is_killed(self):
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.check(ranks, 0, signal.SIGKILL, r"rank 0 \(host \S+\) no longer answers")
                self.setUp()

    def test_a_rank_is_stopped(self):
        for ranks, victim in ((2, 1), (4, 2)):
            with self.subTest(ranks=ranks):
                self.check(ranks, victim, signal.SIGSTOP,
                           rf"rank {victim} \(host \S+\) has not answered rank 0 \(host \S+\) for "
                           "5 s: stopped")
                self.setUp()

    def test_rank_0_is_stopped(self):
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                self.check(ranks, 0, signal.SIGSTOP,
                           r"rank 0 \(host \S+\) has not answered rank \d \(host \S+\) for 5 s")
                self.setUp()

    def test_a_launcher_that_ends_nobody_is_not_needed(self):
        """Nobody waits in MPI for ever, least of all rank 0 that was only stopped: the others gave
        it up, spoke, and ended before it woke."""
        for ranks in (2, 4):
            with self.subTest(ranks=ranks):
                job = self.start(ranks, **IDLE_LAUNCHER)
                self.wait_for_flush(job)
                job.signal(0, signal.SIGSTOP)
                wait_until(lambda: len(job.alive()) == 1, ALLOWED_SECONDS, "the others' end")
                time.sleep(1)
                job.signal(0, signal.SIGCONT)
                self.expect_end(job, time.monotonic())
                self.expect_one_error(job, r"rank 0 \(host \S+\) has not answered rank \d")
                self.expect_readable()
                self.setUp()

    def test_a_rank_that_is_killed_alone_ends_all(self):
        job = self.start(4)
        self.wait_for_flush(job)
        job.launcher.send_signal(signal.SIGSTOP)  # it must not end the others
        job.signal(2, signal.SIGKILL)
        wait_until(lambda: not job.alive(), ALLOWED_SECONDS, "the others' end")
        job.launcher.send_signal(signal.SIGCONT)
        self.assertNotEqual(self.expect_end(job, time.monotonic()), 0)
        self.expect_one_error(job, r"rank 2 \(host \S+\) has not answered rank 0")
        self.expect_readable()

    def test_the_time_of_silence_can_be_chosen(self):
        job = self.start(2, PLUMBLINE_LIVENESS_SECONDS="1.5")
        self.wait_for_flush(job)
        job.signal(1, signal.SIGSTOP)
        # Half of what the default would take at least, and a second for mpirun.
        self.assertEqual(self.expect_end(job, time.monotonic() - ALLOWED_SECONDS / 2), 3)
        self.expect_one_error(job, r"rank 1 .* for 1.5 s")


class NoFault(FaultTest):
    """What looks like one."""

    def expect_going_on(self, job):
        before = self.part().stat().st_size
        wait_until(lambda: self.part().stat().st_size > before, PATIENCE, "more rows")
        self.assertIsNone(job.launcher.poll(), job.message())
        self.assertEqual(len(job.alive()), len(job.pids))
        self.assertNotIn("plumbline: error", job.message())

    def test_two_seconds_of_stop_are_survived(self):
        for victim in (0, 1):
            with self.subTest(victim=victim):
                job = self.start(2)
                self.wait_for_flush(job)
                job.signal(victim, signal.SIGSTOP)
                time.sleep(2)
                job.signal(victim, signal.SIGCONT)
                time.sleep(5.5)
                self.expect_going_on(job)
                job.clean_up()
                self.setUp()

    def test_a_stall_is_told_with_the_rank_and_the_buckets_waited_for(self):
        """Three tries: a rank may be stopped in one of the few moments of which nothing is told."""
        settings = ("allreduce.stall_seconds=0.5", "allreduce.bucket_kib=16", "record.every=50")
        job = self.start(2, *(word for key in settings for word in ("--set", key)),
                         PLUMBLINE_LIVENESS_SECONDS="60")
        self.wait_for_flush(job)
        told = (r"plumbline: warning: waited 0\.\d+ s for rank 1 \(host \S+\): "
                r"(the sums of the step; )?gradient bucket \d[\d, ]* of \d+\n")
        for _ in range(3):
            job.signal(1, signal.SIGSTOP)
            time.sleep(3)
            job.signal(1, signal.SIGCONT)
            time.sleep(0.5)
            if re.search(told, job.message()):
                break
        self.assertRegex(job.message(), told)
        self.expect_going_on(job)

    def test_who_was_stopped_itself_blames_nobody(self):
        """Both ranks, for longer than the limit. Rank 1 wakes first: all it knows is that it has
        heard nothing for seven seconds. It counts those in which it was awake: about two."""
        job = self.start(2)
        self.wait_for_flush(job)
        job.signal(0, signal.SIGSTOP)
        time.sleep(1)  # until rank 1 has read all answers: none shall wait for it
        job.signal(1, signal.SIGSTOP)
        time.sleep(6)
        job.signal(1, signal.SIGCONT)
        time.sleep(0.3)
        job.signal(0, signal.SIGCONT)
        time.sleep(5.5)
        self.expect_going_on(job)

    def test_with_0_seconds_nobody_is_watched(self):
        job = self.start(2, PLUMBLINE_LIVENESS_SECONDS="0")
        self.wait_for_flush(job)
        job.signal(1, signal.SIGSTOP)
        time.sleep(7)
        job.signal(1, signal.SIGCONT)
        self.expect_going_on(job)

    def test_a_main_thread_that_waits_long_is_no_lost_rank(self):
        """For its data: a pipe that nobody writes to. The longest steps are like that."""
        os.mkfifo(self.folder / "slow.csv")
        job = self.start(2, "--set", "data.source=csv", "--set", "data.path=slow.csv",
                         "--data-dir", self.folder, PLUMBLINE_LIVENESS_SECONDS="2")
        time.sleep(7)
        self.assertIsNone(job.launcher.poll(), job.message())
        self.assertEqual(len(job.alive()), 2)
        self.assertNotIn("plumbline", job.message())

    def test_ranks_that_finish_one_after_the_other_miss_nobody(self):
        for attempt in range(5):
            outcome = plumb.run(["run", self.study, "-o", self.results, "--quiet", "--force",
                                 "--set", "train.steps=3"], ranks=4)
            self.assertEqual(outcome.code, 0, str(outcome))
            self.assertNotIn("answer", outcome.stderr)


class Signals(FaultTest):
    def test_sigterm_keeps_the_rows_of_the_last_half_second(self):
        job = self.start(None)
        self.wait_for_flush(job)
        with h5py.File(self.part(), "r", locking=False) as file:
            before = len(file["gradients/step"])
        time.sleep(0.2)  # less than until the next flush
        job.launcher.send_signal(signal.SIGTERM)
        self.assertEqual(job.launcher.wait(ALLOWED_SECONDS), -signal.SIGTERM)
        self.assertGreater(self.expect_readable(), before)
        self.assertEqual(job.message_about_the_job(), "")

    def test_ranks_that_are_told_to_end_one_after_the_other_call_nobody_lost(self):
        """As scancel does on many hosts. Rank 1 has gone when rank 0 is told."""
        job = self.start(3)
        self.wait_for_flush(job)
        job.launcher.send_signal(signal.SIGSTOP)  # it must not end the others
        job.signal(1, signal.SIGTERM)
        wait_until(lambda: len(job.alive()) == 2, ALLOWED_SECONDS, "the end of rank 1")
        time.sleep(1)
        job.signal(0, signal.SIGTERM)
        wait_until(lambda: not job.alive(), ALLOWED_SECONDS, "the end of all")
        job.launcher.send_signal(signal.SIGCONT)
        self.expect_end(job, time.monotonic())
        self.assertNotIn("plumbline: error", job.message())
        self.expect_readable()

    def test_a_launcher_that_is_told_to_end_calls_nobody_lost(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                job = self.start(3)
                self.wait_for_flush(job)
                job.launcher.send_signal(number)
                self.assertNotEqual(self.expect_end(job, time.monotonic()), 0)
                self.assertNotIn("plumbline: error", job.message())
                self.expect_readable()
                self.setUp()


class Setting(FaultTest):
    def test_a_wrong_time_of_silence_is_refused(self):
        for wrong in ("soon", "", "-1", "0.5", "nan", "5s", "1e9"):
            outcome = plumb.run(["run", self.study, "--dry-run"], ranks=2,
                                wrap=["env", f"PLUMBLINE_LIVENESS_SECONDS={wrong}"])
            self.assertEqual(outcome.code, 1, str(outcome))
            self.assertEqual(outcome.stderr.count("plumbline: error"), 1, str(outcome))
            self.assertIn("PLUMBLINE_LIVENESS_SECONDS", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
