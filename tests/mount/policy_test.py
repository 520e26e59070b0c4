# SPDX-License-Identifier: MIT
"""`tensorfs policy` over a real mount: every command, what it changes, and what it says."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import threading
import time

import harness
import mounted

SAMPLES = 24
DEADLINE_S = 150


def read_all(root):
    return {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*.npy"))}


class PolicyTestCase(harness.MountTestCase):
    """A store that outlives mounts, and samples whose decoding is most of the work."""

    OPTIONS = ["--resize", "256", "--center-crop", "224", "--page-cache", "off"]

    def setUp(self):
        super().setUp()
        for index in range(SAMPLES):
            name = f"class{index % 3}/{index}.{'png' if index % 4 == 0 else 'jpg'}"
            harness.save_picture(self.source / name, 640, 480, seed=index)
        self.store = self.scratch / "store"
        self.store.mkdir()

    def mount_store(self, *options):
        return self.mount(*self.OPTIONS, *options, state=self.store)

    def run_policy(self, command, *arguments):
        return mounted.run_tensorfs("policy", command, *arguments)

    def policy(self, command, *arguments):
        """The command's table; it must succeed."""
        result = self.run_policy(command, *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""), command)
        self.assertLessEqual(max(map(len, result.stdout.splitlines()), default=0), 100)
        return result.stdout

    def policy_json(self, command, *arguments):
        return json.loads(self.policy_text(command, *arguments, "--json"))

    def policy_text(self, command, *arguments):
        result = self.run_policy(command, *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""), command)
        return result.stdout

    def report(self, mount):
        return mount.status()["policy_report"]

    def form_of(self, mount, name):
        return os.getxattr(mount / name, "user.tensorfs.form").decode()

    def wait_until(self, condition, what):
        """How long it takes is not the matter here."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        self.fail(f"it never came to that: {what}")

    @contextlib.contextmanager
    def readers(self, mount, count=4):
        """Reads everything again and again, and compares, until the block ends."""
        expected = read_all(mount.path)
        stop = threading.Event()
        wrong = []

        def read():
            while not stop.is_set():
                for name, wanted in expected.items():
                    if (mount / name).read_bytes() != wanted:
                        wrong.append(str(name))
                    if stop.is_set():
                        return

        threads = [threading.Thread(target=read) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(wrong, [])


class Commands(PolicyTestCase):
    def test_status_says_what_the_policy_does_and_why_in_words_and_numbers(self):
        with self.mount_store() as mount:
            read_all(mount.path)
            self.wait_until(lambda: self.report(mount)["load"]["devices"], "a window observed")
            table = self.policy("status", mount.path)
            for label in ["doing", "rate", "could be", "load", "device", "prices", "moves",
                          "settings", "\nFORM"]:
                self.assertIn("\n" + label.strip(), table)
            self.assertIn("source:original", table)
            report = self.report(mount)
            self.assertEqual(report["mode"], "adaptive")
            self.assertTrue(report["why"])
            self.assertGreater(report["load"]["cores_limit"], 0)
            self.assertEqual(sum(form["samples"] for form in report["mix"]), SAMPLES)
            self.assertLessEqual({"achieved", "predicted_present", "predicted_plan", "bound",
                                  "share_of_bound"}, report["rates"].keys())

    def test_explain_finds_the_mount_and_compares_the_forms(self):
        with self.mount_store() as mount:
            read_all(mount.path)
            self.wait_until(lambda: any(offer["cpu_s"] is not None for offer in self.policy_json(
                "explain", mount / "class1/1.npy")["offers"]), "known costs")
            table = self.policy("explain", mount / "class1/1.npy")
            self.assertIn("JPEG, 640 x 480 pixels", table)
            self.assertIn("kept now", table)
            for arguments in [[mount / "class1/1.npy"], [mount.path, "class1/1.jpg"],
                              [mount.path, self.source / "class1/1.jpg"]]:
                explanation = self.policy_json("explain", *arguments)
                self.assertEqual(explanation["path"], "class1/1.jpg")
                self.assertEqual(explanation["kept"], self.form_of(mount, "class1/1.npy"))
                self.assertGreaterEqual(explanation["reads"], 1)
                self.assertTrue(explanation["reason"])
                forms = {offer["form"] for offer in explanation["offers"]}
                self.assertLessEqual({"source:original", "source:jpeg-crop", "final:raw"}, forms)
            png = self.policy_json("explain", mount / "class0/0.npy")
            crop = next(offer for offer in png["offers"] if offer["form"] == "source:jpeg-crop")
            self.assertFalse(crop["fits"])

    def test_plan_answers_for_another_machine(self):
        with self.mount_store() as mount:
            read_all(mount.path)
            self.wait_until(lambda: self.run_policy("plan", mount.path).returncode == 0, "a plan")
            slow, fast = [self.policy_json("plan", mount.path, "--cores", cores, "--disk-mb-s",
                                           "1000", "--store-limit", "1GiB") for cores in "18"]
            self.assertEqual((slow["cores"], fast["cores"]), (1, 8))
            self.assertEqual(slow["samples"], SAMPLES)
            self.assertEqual(sum(form["mix_samples"] for form in slow["forms"]), SAMPLES)
            self.assertGreater(fast["bound_samples_per_s"], slow["bound_samples_per_s"])
            for plan in [slow, fast]:
                best = max(form["samples_per_s"] for form in plan["forms"] if form["fits"])
                self.assertGreaterEqual(plan["bound_samples_per_s"], 0.999 * best)
                self.assertTrue(plan["binding"])
            narrow = self.policy_json("plan", mount.path, "--cores", "2", "--disk-mb-s", "1")
            self.assertLess(narrow["bound_samples_per_s"], slow["bound_samples_per_s"])
            self.assertIn("IN THE MIX", self.policy("plan", mount.path))
            self.assertEqual(self.report(mount)["plan_changes"], 0)

    def test_set_changes_what_it_names(self):
        with self.mount_store() as mount:
            before = self.report(mount)["settings"]
            table = self.policy("set", mount.path, "--migrate-share", "50", "--window", "0.5",
                                "--dead-band", "5%", "--expected-rereads", "90")
            self.assertIn("migrate-share 50 %, window 0.5 s, dead-band 5 %", table)
            after = self.report(mount)["settings"]
            self.assertEqual(after, {**before, "migrate_share": 0.5, "window_s": 0.5,
                                     "dead_band": 0.05, "expected_rereads": 90})
            refused = self.run_policy("set", mount.path, "--cache-limit", "1GiB")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("cache", refused.stderr)

    def test_pause_and_resume_show_at_once(self):
        with self.mount_store() as mount:
            self.assertIn("paused", self.policy("pause", mount.path))
            self.assertEqual(self.report(mount)["state"], "paused")
            self.assertNotIn("paused", self.policy("resume", mount.path))
            self.assertNotEqual(self.report(mount)["state"], "paused")

    def test_metrics_carry_the_report(self):
        with self.mount_store() as mount:
            read_all(mount.path)
            self.wait_until(lambda: self.report(mount)["mix"], "a mix")
            socket = os.getxattr(mount.path, "user.tensorfs.control").decode()
            metrics = subprocess.run(["curl", "-sS", "--unix-socket", socket,
                                      "http://localhost/metrics"], capture_output=True, text=True,
                                     check=True).stdout
            for name in ["state", "cores", "price_weight", "form_samples", "bound_samples_per_second",
                         "migrate_share_limit", "plan_changes_total"]:
                self.assertIn(f"\ntensorfs_policy_{name}", metrics)
            self.assertIn('form_samples{form="source:original"}', metrics)

    def test_what_is_wrong_is_said_with_the_right_status(self):
        with self.mount_store() as mount:
            for arguments, status, message in [
                    (["set", mount.path], 2, "give a setting"),
                    (["pin", mount.path, "class1"], 2, "PATH and FORM"),
                    (["watch", mount.path, "--interval", "never"], 2, "--interval"),
                    (["pin", mount.path, "class1", "final:gzip"], 1, "gzip"),
                    (["pin", mount.path, "class7", "final:raw"], 1, "no such file"),
                    (["unpin", mount.path, "class1"], 1, "not pinned"),
                    (["explain", mount / "class1"], 1, "not one sample"),
                    (["explain", mount / "class1/99.npy"], 1, "no such file"),
                    (["explain", self.source / "class1/1.jpg"], 1, "does not lie in a"),
                    (["history", self.source], 1, "not a tensorfs mountpoint")]:
                with self.subTest(arguments=arguments):
                    result = self.run_policy(*arguments)
                    self.assertEqual(result.returncode, status, result.stderr)
                    self.assertIn(message, result.stderr)
                    self.assertEqual(result.stdout, "")


class Pins(PolicyTestCase):
    def assert_pinned(self, mount, form):
        """Its next reads convert class1 and nothing else."""
        names = [f"class{index % 3}/{index}.npy" for index in range(SAMPLES)]
        pinned = [name for name in names if name.startswith("class1/")]

        def converted():
            for name in pinned:
                (mount / name).read_bytes()
            return all(self.form_of(mount, name) == form for name in pinned)

        self.wait_until(converted, f"class1 in {form}")
        return {self.form_of(mount, name) for name in names if name not in pinned}

    def test_a_pin_changes_the_form_outlives_the_mount_and_goes_with_unpin(self):
        with self.mount_store() as mount:
            expected = read_all(mount.path)
            self.policy("pause", mount.path)
            table = self.policy("pin", mount.path, mount / "class1", "final:raw")
            self.assertEqual(table.split(), ["final:raw", "class1"])
            self.assert_pinned(mount, "final:raw")
            explanation = self.policy_json("explain", mount / "class1/1.npy")
            self.assertEqual(explanation["chosen"], "final:raw")
            self.assertIn("pinned by class1", explanation["reason"])
        with self.mount_store() as mount:
            self.assertEqual(self.policy_json("pin", mount.path),
                             {"pins": [{"pattern": "class1", "form": "final:raw"}]})
            self.assertEqual(self.form_of(mount, "class1/1.npy"), "final:raw")
            self.policy("pin", mount.path, "class1/*.npy", "decode:planar-zstd")
            self.assert_pinned(mount, "decode:planar-zstd")
            self.assertEqual(read_all(mount.path), expected)
            self.policy("unpin", mount.path, "class1/*.npy")
            self.assertEqual(self.policy("unpin", mount.path, mount / "class1"),
                             "nothing is pinned\n")
        with self.mount_store() as mount:
            self.assertEqual(self.policy_json("pin", mount.path), {"pins": []})

    def test_pins_are_in_force_under_every_policy(self):
        for policy, rest in [("keep", {"source:original"}), ("fixed:final:raw", None)]:
            with self.subTest(policy=policy):
                with self.mount_store("--policy", policy) as mount:
                    read_all(mount.path)
                    self.policy("pin", mount.path, "class1", "decode:planar-zstd")
                    others = self.assert_pinned(mount, "decode:planar-zstd")
                    if rest:
                        self.assertEqual(others, rest)


    def test_a_pin_is_carried_out_though_nobody_reads(self):
        with self.mount_store("--policy", "keep") as mount:
            read_all(mount.path)
            names = [f"class{index % 3}/{index}.npy" for index in range(SAMPLES)]
            self.policy("pin", mount.path, "class1", "decode:planar-zstd")
            self.wait_until(lambda: all(self.form_of(mount, name) == "decode:planar-zstd"
                                        for name in names if name.startswith("class1/")),
                            "class1 in its form")
            self.assertEqual({self.form_of(mount, name) for name in names
                              if not name.startswith("class1/")}, {"source:original"})


class Watch(PolicyTestCase):
    def test_a_line_each_time_and_json_lines(self):
        with self.mount_store() as mount:
            lines = self.policy_text("watch", mount.path, "--count", "3", "--interval", "0.05")
            self.assertEqual(len(lines.splitlines()), 3)
            self.assertIn("samples/s", lines)
            for line in self.policy_text("watch", mount.path, "--count", "2", "--interval", "0.05",
                                         "--json").splitlines():
                self.assertEqual(json.loads(line)["policy_report"]["mode"], "adaptive")

    def test_on_a_terminal_it_draws_in_place_until_it_is_interrupted(self):
        with self.mount_store() as mount:
            terminal, slave = pty.openpty()
            self.addCleanup(os.close, terminal)
            watch = subprocess.Popen([mounted.binary(), "policy", "watch", mount.path, "--interval",
                                      "0.05"], stdout=slave, stderr=subprocess.PIPE)
            os.close(slave)
            self.addCleanup(watch.kill)
            self.addCleanup(watch.stderr.close)
            shown = b""
            while b"A\r" not in shown:  # the cursor goes up: a second drawing
                shown += os.read(terminal, 65536)
            self.assertIn(b"settings", shown)
            watch.send_signal(signal.SIGINT)
            with contextlib.suppress(OSError):  # the other end is closed
                while os.read(terminal, 65536):
                    pass
            self.assertEqual(watch.wait(timeout=DEADLINE_S), 0)

    def test_it_fails_when_the_mount_goes(self):
        with self.mount_store() as mount:
            watch = subprocess.Popen([mounted.binary(), "policy", "watch", mount.path, "--interval",
                                      "0.05"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     text=True)
            self.assertIn("samples/s", watch.stdout.readline())
        _, errors = watch.communicate(timeout=DEADLINE_S)
        self.assertEqual(watch.returncode, 1)
        self.assertIn("tensorfs:", errors)


class History(PolicyTestCase):
    def test_a_plan_that_pays_is_taken_told_and_moves_samples(self):
        with self.mount_store("--migrate-share", "100") as mount:
            self.assertEqual(self.policy_json("history", mount.path), {"changes": []})
            self.policy("set", mount.path, "--window", "0.5", "--dead-band", "1",
                        "--expected-rereads", "100000")
            with self.readers(mount):
                self.wait_until(lambda: self.policy_json("history", mount.path)["changes"],
                                "a change of the plan")
                self.wait_until(lambda: self.report(mount)["migration"]["moved"] > 0, "a move")
            change = self.policy_json("history", mount.path)["changes"][0]
            self.assertGreater(change["predicted_gain"], 0)
            self.assertGreater(change["samples_to_move"], 0)
            self.assertLess(abs(change["unix_time_s"] - time.time()), 3600)
            self.assertTrue(change["reason"])
            self.assertGreater(change["cores"], 0)
            self.assertTrue(change["new_prices"])
            self.assertIn("predicted", self.policy("history", mount.path))
            self.assertGreater(self.report(mount)["plan_changes"], 0)

    def test_while_paused_no_plan_is_taken(self):
        with self.mount_store("--migrate-share", "100") as mount:
            self.policy("pause", mount.path)
            self.policy("set", mount.path, "--window", "0.2", "--dead-band", "1",
                        "--expected-rereads", "100000")
            with self.readers(mount):
                time.sleep(3)
            self.assertEqual(self.policy_json("history", mount.path), {"changes": []})
            self.assertEqual(self.report(mount)["migration"]["moved"], 0)


if __name__ == "__main__":
    harness.main()
