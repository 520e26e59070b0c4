# SPDX-License-Identifier: MIT
"""`tensorfs profile` with real mounts: what it measures, what it leaves behind, and what a mount
makes of it."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time

import harness
import mounted

SAMPLES = 10
TIMEOUT_S = 280
QUICK = ["--samples", "6", "--runs", "1", "--threads", "1"]
# Of a pipeline that decodes only.
DECODE_FORMS = ["source:original", "source:jpeg-crop", "final:raw", "final:zstd",
                "final:planar-zstd", "final:png"]


def state_of(root):
    """Every file with its content and its times."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
            for path in sorted(root.rglob("*"))}


def mounts_below(directory):
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        return [line for line in table if line.split(" ")[4].startswith(f"{directory}/")]


class ProfileTestCase(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.work = self.scratch / "work"
        self.work.mkdir()

    def add_samples(self, count=SAMPLES):
        for index in range(count):
            name = f"class{index % 3}/{index}.{'png' if index % 5 == 0 else 'jpg'}"
            harness.save_picture(self.source / name, 120 + index, 90, seed=index)

    def command(self, *arguments):
        return [mounted.binary(), "profile", *map(os.fspath, arguments)]

    def run_profile(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=TIMEOUT_S)

    def measure(self, *arguments, how=QUICK):
        """What is saved; the command must succeed, and leave nothing but that."""
        saved = self.scratch / "profile.json"
        result = self.run_profile(self.source, "--work-dir", self.work, "--save", saved,
                                  *how, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assert_nothing_is_left()
        self.notes = result.stderr
        return json.loads(saved.read_text())

    def assert_nothing_is_left(self):
        self.assertEqual(list(self.work.iterdir()), [])
        self.assertEqual(mounts_below(self.work), [])

    def assert_refused(self, message, *arguments, status=1):
        result = self.run_profile(*arguments)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(result.stdout, "")


def forms_of(profile):
    return [strategy["form"] for strategy in profile["strategies"]]


class Measuring(ProfileTestCase):
    def test_every_form_is_prepared_and_delivered_and_nothing_is_left(self):
        self.add_samples()
        before = state_of(self.source)
        profile = self.measure(how=["--samples", "6", "--runs", "2", "--threads", "1,2"])
        self.assertEqual(state_of(self.source), before)
        self.assertEqual(forms_of(profile), DECODE_FORMS)
        self.assertEqual(profile["set"]["samples"], SAMPLES)
        self.assertEqual(len(profile["set"]["measured"]), 6)
        for strategy in profile["strategies"]:
            with self.subTest(form=strategy["form"]):
                self.check_strategy(strategy)
        self.assertEqual([(row["mode"], row["threads"]) for row in profile["cached"]],
                         [("cache", 1), ("cache", 2), ("page-cache", 1), ("page-cache", 2)])
        self.assertGreater(profile["machine"]["disk_bytes_per_s"], 0)
        self.assertGreater(profile["machine"]["memory_bytes"], 1 << 20)
        self.assertEqual(profile["machine"]["cores"], len(os.sched_getaffinity(0)))
        self.assertEqual([step["name"] for step in profile["steps"]], ["decode"])

    def check_strategy(self, strategy):
        self.assertEqual(sorted({(row["mode"], row["threads"]) for row in strategy["delivered"]}),
                         [("cold", 1), ("cold", 2), ("warm", 1), ("warm", 2)])
        for row in strategy["delivered"]:
            self.assertGreater(row["samples_per_s"], 0)
            self.assertGreater(row["cpu_s"], 0)
        self.assertGreater(strategy["cpu_s"], 0)
        self.assertLessEqual(strategy["filesystem_cpu_s"], strategy["cpu_s"])
        self.assertEqual(strategy["online"][-1]["name"], "filesystem")
        if strategy["form"] == "source:original":
            self.assertEqual((strategy["stored_bytes"], strategy["prepare_s"]), (0, 0))
            self.assertEqual(strategy["offline"], [])
        else:
            self.assertGreater(strategy["prepare_s"], 0)
            self.assertGreater(strategy["prepare_cpu_s"], 0)
            self.assertGreater(strategy["stored_bytes"], 0)
            self.assertEqual(strategy["offline"][-1]["name"], "verify and write")

    def test_bytes_are_those_of_the_tensors_and_of_the_sources(self):
        for index in range(4):
            harness.save_picture(self.source / f"{index}.jpg", 300, 200, seed=index)
        profile = self.measure("--resize", "64x96")
        sizes = [path.stat().st_size for path in self.source.iterdir()]
        by_form = {strategy["form"]: strategy for strategy in profile["strategies"]}
        self.assertEqual(by_form["source:original"]["read_bytes"], sum(sizes) / 4)
        self.assertEqual(profile["set"]["source_bytes"], sum(sizes))
        self.assertEqual(by_form["final:raw"]["read_bytes"], 64 * 96 * 3)
        self.assertEqual(by_form["final:raw"]["stored_bytes_all"], 64 * 96 * 3 * 4)
        self.assertEqual(by_form["decode:raw"]["stored_bytes"], 300 * 200 * 3)
        self.assertEqual([step["result_bytes"] for step in profile["steps"]],
                         [300 * 200 * 3, 64 * 96 * 3])

    def test_a_sample_that_cannot_take_a_form_stays_as_it_is(self):
        for index in range(3):
            harness.save_picture(self.source / f"{index}.jpg", 300, 200, seed=index)
            harness.save_picture(self.source / f"{index}.png", 300, 200, seed=index)
        profile = self.measure("--center-crop", "64")
        by_form = {strategy["form"]: strategy for strategy in profile["strategies"]}
        self.assertEqual(by_form["source:jpeg-crop"]["share"], 0.5)
        self.assertEqual(by_form["final:raw"]["share"], 1)

    def test_forms_that_no_sample_can_take_are_left_out_with_a_note(self):
        harness.save_picture(self.source / "a.png", 60, 40)
        profile = self.measure()
        self.assertEqual(forms_of(profile), [form for form in DECODE_FORMS if "jpeg" not in form])
        self.assertIn("source:jpeg-crop is left out: no sample can take it", self.notes)

    def test_broken_samples_are_told_of_and_not_measured(self):
        self.add_samples(4)
        (self.source / "broken.jpg").write_bytes(b"\xff\xd8 no JPEG")
        whole = (self.source / "class1/1.jpg").read_bytes()
        (self.source / "cut.jpg").write_bytes(whole[:len(whole) // 3])
        profile = self.measure()
        self.assertEqual(profile["set"]["samples"], 6)
        self.assertEqual(len(profile["set"]["measured"]), 4)
        self.assertIn("2 of 6 samples that were picked cannot be read", self.notes)

    def test_steps_that_stay_online_bound_what_is_kept(self):
        self.add_samples(3)
        pipeline = self.scratch / "p.toml"
        pipeline.write_text('[[step]]\nname = "Resize"\nsize = 64\n'
                            '[[step]]\nname = "CenterCrop"\nsize = 48\nonline = true\n')
        profile = self.measure("--pipeline", pipeline)
        self.assertIn("resize:raw", forms_of(profile))
        self.assertFalse([form for form in forms_of(profile) if form.startswith("final:")])
        self.assertEqual([step["online"] for step in profile["steps"]], [False, False, True])
        self.assertEqual(profile["cached"], [])

    def test_any_type_can_be_measured(self):
        self.add_samples(2)
        profile = self.measure("--dtype", "bfloat16", "--resize", "32")
        self.assertIn("final:shuffle-zstd", forms_of(profile))


class Ending(ProfileTestCase):
    """However it ends, nothing is left."""

    def wait_until(self, condition, what):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"it never came to that: {what}")

    @contextlib.contextmanager
    def measuring(self):
        """The command, while one of its mounts is there."""
        self.add_samples()
        process = subprocess.Popen(
            self.command(self.source, "--work-dir", self.work, "--runs", "1000"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.wait_until(lambda: mounts_below(self.work), "a mount to measure")
            yield process
        finally:
            process.kill()
            process.communicate()

    def lasting_mount(self):
        """One of those that are measured: the first only looks whether the samples are sound."""
        before = None
        while before is None or before not in mounts_below(self.work):
            self.wait_until(lambda: mounts_below(self.work), "a mount to measure")
            before = (mounts_below(self.work) or [None])[0]
            time.sleep(1)
        return before.split(" ")[4]

    def test_no_sample_moves_while_it_is_measured(self):
        """However long its mount is read: a plan would be made after some seconds."""
        with self.measuring():
            mount = self.lasting_mount()
            end = time.monotonic() + 10
            while time.monotonic() < end:
                status = mounted.run_tensorfs("policy", "status", mount, "--json")
                self.assertEqual(status.returncode, 0, status.stderr)
                now = json.loads(status.stdout)
                kept = {form["form"] for form in now["forms"] if form["samples"] > 0}
                self.assertLessEqual(kept, {"source:original"})
                time.sleep(0.5)

    def test_an_interrupt_unmounts_and_removes_everything(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number), self.measuring() as process:
                process.send_signal(number)
                out, err = process.communicate(timeout=TIMEOUT_S)
                self.assertEqual((process.returncode, out), (1, ""))
                self.assertIn("interrupted", err)
                self.assert_nothing_is_left()

    def test_a_killed_one_takes_its_mount_with_it(self):
        with self.measuring() as process:
            process.kill()
            process.wait()
            self.wait_until(lambda: not mounts_below(self.work), "no mount")
        self.assertNotEqual(list(self.work.iterdir()), [])
        self.measure()  # removes what the dead one has left

    def test_a_mount_that_dies_is_an_error(self):
        with self.measuring() as process:
            os.kill(mounted.find_daemon(self.lasting_mount()), signal.SIGKILL)
            _, err = process.communicate(timeout=TIMEOUT_S)
            self.assertEqual(process.returncode, 1)
            self.assertNotEqual(err, "")
            self.assert_nothing_is_left()

    def test_a_terminal_sees_how_far_it_is(self):
        self.add_samples(2)
        terminal, end = pty.openpty()
        process = subprocess.Popen(
            self.command(self.source, "--work-dir", self.work, "--runs", "1"),
            stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while part := os.read(terminal, 4096):
                shown += part
        os.close(terminal)
        self.assertEqual(process.wait(TIMEOUT_S), 0, shown)
        self.assertIn(b"left, final:raw", shown)
        self.assertRegex(shown, rb"\[#+\.+\] \d+ %")


class WrongInput(ProfileTestCase):
    def test_each_mistake_is_named(self):
        nothing = self.scratch / "nothing"
        self.assert_refused(f"{nothing}: No such file or directory", nothing)
        self.assert_refused(f"{self.source}: there is no sample in it", self.source,
                            "--work-dir", self.work)
        self.add_samples(2)
        self.assert_refused("is inside the source, which is never written", self.source,
                            "--work-dir", self.source / "class0", status=2)
        self.assert_refused(str(nothing), self.source, "--work-dir", nothing)
        self.assert_refused(str(nothing), self.source, "--pipeline", nothing)
        self.assert_refused(f"{nothing}/a.json: No such file or directory", self.source,
                            "--save", nothing / "a.json")
        self.assert_refused(f"{self.work}: is a directory", self.source, "--html", self.work)
        self.assert_nothing_is_left()

    def test_a_file_that_is_no_profile_is_refused(self):
        other = self.scratch / "other.json"
        other.write_text("[]")
        self.assert_refused("is no profile that `tensorfs profile --save` wrote", other)
        self.assert_refused("--samples: ", other, "--samples", "5", status=2)

    def test_each_result_needs_a_file_of_its_own(self):
        self.add_samples(1)
        one = self.scratch / "one"
        for message, arguments in [
                ("--csv: expected a file", [self.source, "--csv", ""]),
                (f"--html: {one}: is that of --save", [self.source, "--save", one, "--html", one]),
                (f"--save: {one}: is that of SOURCE", [one, "--save", one])]:
            with self.subTest(arguments=arguments):
                self.assert_refused(message, *arguments, status=2)

    def test_a_name_that_cannot_be_saved_is_refused_before_measuring(self):
        source = os.fsencode(self.scratch) + b"/\xff"
        os.mkdir(source)
        result = subprocess.run([mounted.binary(), "profile", source, "--json"],
                                capture_output=True, timeout=TIMEOUT_S)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"its name is not UTF-8", result.stderr)

    def test_what_cannot_be_written_does_not_cost_the_rest(self):
        self.add_samples(2)
        saved = self.scratch / "profile.json"
        result = self.run_profile(self.source, "--work-dir", self.work, *QUICK,
                                  "--save", "/dev/full", "--csv", saved)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("/dev/full: ", result.stderr)
        self.assertIn("best  ", result.stdout)
        self.assertIn("source:original", saved.read_text())

    def test_a_damaged_profile_is_named(self):
        self.add_samples(2)
        profile = self.measure()
        profile["cost_model"] = "other"
        damaged = self.scratch / "damaged.json"
        damaged.write_text(json.dumps(profile))
        self.assert_refused(f"{damaged}: ", damaged)


class Judging(ProfileTestCase):
    """What is shown of a measurement, at once and of what was saved."""

    def test_a_saved_profile_is_judged_for_other_machines_and_weights(self):
        self.add_samples()
        saved = self.scratch / "profile.json"
        report, table = self.scratch / "report.html", self.scratch / "table.csv"
        measured = self.run_profile(self.source, "--work-dir", self.work, *QUICK, "--resize", "48",
                                    "--save", saved, "--html", report, "--csv", table)
        self.assertEqual((measured.returncode, measured.stderr), (0, ""))
        self.assertLessEqual(max(map(len, measured.stdout.splitlines())), 100)
        forms = forms_of(json.loads(saved.read_text()))
        self.assertEqual(len(table.read_text().splitlines()), len(forms) + 1)
        self.assertIn("</html>", report.read_text())

        again = self.run_profile(saved)
        self.assertEqual((again.returncode, again.stderr, again.stdout), (0, "", measured.stdout))
        slow, fast = (self.judged(saved, "--disk-mb-s", rate) for rate in ("0.5", "100000"))
        for form in forms:
            self.assertLess(slow["ranked"][form], fast["ranked"][form])
        self.assertEqual(slow["mix"]["binding"], "disk")
        self.assertEqual(self.judged(saved, "--weights", "storage=1")["form"], "source:original")

    def judged(self, saved, *options):
        """The recommendation, with the rates by form."""
        result = self.run_profile(saved, "--json", *options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        made = json.loads(result.stdout)["recommendation"]
        self.assertEqual(made["form"], made["ranked"][0]["form"])
        made["ranked"] = {each["form"]: each["samples_per_s"] for each in made["ranked"]}
        return made


class Mounting(ProfileTestCase):
    """`tensorfs mount --profile`."""

    def test_the_policy_starts_from_what_was_measured(self):
        self.add_samples()
        self.measure("--resize", "64")
        mount = self.mount("--resize", "64", "--profile", self.scratch / "profile.json")
        self.wait_until_open(mount)
        self.assertIn("the forms' costs are those of", mount.log())
        self.assertNotIn("measured the forms", mount.log())
        for path in mount.path.rglob("*.npy"):
            path.read_bytes()
        explained = mounted.run_tensorfs("policy", "explain", mount / "class1/1.npy", "--json")
        self.assertEqual(explained.returncode, 0, explained.stderr)
        offers = json.loads(explained.stdout)["offers"]
        self.assertTrue(all(offer["cpu_s"] is not None for offer in offers), offers)

    def test_a_profile_that_does_not_fit_is_refused(self):
        self.add_samples(2)
        self.measure("--resize", "64")
        saved = self.scratch / "profile.json"
        other = self.scratch / "other.json"
        other.write_text("{}")
        for options, message in [
                (["--resize", "65", "--profile", saved],
                 f"{saved}: is the profile of another pipeline, Resize(64); "
                 "this mount's is Resize(65)"),
                (["--resize", "64", "--profile", other],
                 f"{other}: this is no profile"),
                (["--resize", "64", "--profile", self.scratch / "nothing"],
                 f"{self.scratch}/nothing: No such file or directory"),
                (["--resize", "64", "--profile", saved, "--policy", "keep"],
                 "--profile: is for --policy adaptive")]:
            with self.subTest(options=options):
                with self.assertRaises(mounted.MountFailed) as failure:
                    self.mount(*options)
                self.assertEqual(failure.exception.returncode, 1)
                self.assertIn(message, failure.exception.stderr)


if __name__ == "__main__":
    harness.main()
