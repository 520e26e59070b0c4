# SPDX-License-Identifier: MIT
"""The commands around a mount: what they answer, and when."""

import errno
import os
import signal
import socket
import subprocess
import sys

import harness
import mounted

NOBODY = 65534


class MountCommand(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.wanted = harness.decoded_npy(harness.save_picture(self.source / "a.png", 30, 20))

    def fails(self, returncode, *arguments, naming=()):
        """The command ends with the code and its message names what is at fault."""
        result = mounted.run_tensorfs(*arguments)
        self.assertEqual(result.returncode, returncode, result.stderr)
        self.assertEqual(result.stdout, "")
        for text in naming:
            self.assertIn(os.fspath(text), result.stderr)

    def is_mounted(self):
        return any(mounted.is_mounted(path) for path in self.scratch.glob("mount*"))

    def test_the_mount_answers_when_the_command_returns(self):
        mount = self.mount()
        self.assertTrue(mounted.is_mounted(mount.path))
        self.assertEqual(os.listdir(mount.path), ["a.npy"])

    def test_takes_relative_paths(self):
        mountpoint = self.new_mountpoint()
        state = self.new_state()
        result = mounted.run_tensorfs("mount", "source", mountpoint.name, "--store",
                                      f"{state.name}/store", "--log-file", f"{state.name}/log",
                                      cwd=self.scratch)
        self.addCleanup(mounted.detach, mountpoint)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((mountpoint / "a.npy").read_bytes(), self.wanted)
        result = mounted.run_tensorfs("umount", mountpoint.name, cwd=self.scratch)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_umount_ends_the_daemon(self):
        mount = self.mount()
        result = mounted.run_tensorfs("umount", mount.path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertFalse(mounted.is_mounted(mount.path))
        self.assertTrue(mounted.wait_for_exit(mount.pid))

    def test_fusermount_ends_the_daemon_too(self):
        mount = self.mount()
        subprocess.run(["fusermount3", "-u", mount.path], check=True)
        self.assertTrue(mounted.wait_for_exit(mount.pid))

    def test_umount_of_what_is_not_mounted_fails(self):
        mountpoint = self.new_mountpoint()
        self.fails(1, "umount", mountpoint, naming=[mountpoint])

    def test_umount_of_a_directory_in_use_fails_and_the_mount_goes_on(self):
        mount = self.mount()
        with open(mount / "a.npy", "rb") as file:
            self.fails(1, "umount", mount.path, naming=[mount.path])
            self.assertEqual(file.read(), self.wanted)

    def test_a_cache_that_is_the_store_or_around_it_is_refused(self):
        state = self.scratch / "state"
        for cache, text in [(state / "store", "is the store itself"),
                            (state, "the store would be inside the cache")]:
            self.fails(1, "mount", self.source, self.new_mountpoint(), "--store", state / "store",
                       "--cache", cache, naming=[cache, text])
        self.assertFalse(state.exists())

    def test_a_mount_that_fails_leaves_no_store_behind(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            (self.scratch / "old-store").mkdir()
            for store in [self.scratch / "new-store", self.scratch / "old-store"]:
                self.fails(1, "mount", self.source, self.new_mountpoint(), "--store", store,
                           "--metrics", address, naming=[address])
        self.assertFalse((self.scratch / "new-store").exists())
        self.assertTrue((self.scratch / "old-store").exists(), "it was there before")

    def test_missing_source_is_named(self):
        self.fails(1, "mount", self.scratch / "nowhere", self.new_mountpoint(),
                   naming=[self.scratch / "nowhere"])

    def test_source_that_is_a_file_is_named(self):
        self.fails(1, "mount", self.source / "a.png", self.new_mountpoint(),
                   naming=[self.source / "a.png"])

    def test_missing_mountpoint_is_named(self):
        self.fails(1, "mount", self.source, self.scratch / "nowhere",
                   naming=[self.scratch / "nowhere"])

    def test_mountpoint_that_is_a_file_is_named(self):
        (self.scratch / "file").write_text("")
        self.fails(1, "mount", self.source, self.scratch / "file", naming=[self.scratch / "file"])

    def test_mountpoint_inside_the_source_is_refused(self):
        (self.source / "folder").mkdir()
        self.fails(1, "mount", self.source, self.source / "folder",
                   naming=[self.source / "folder"])
        self.fails(1, "mount", self.source, self.source, naming=[self.source])

    def test_mountpoint_inside_the_source_by_way_of_a_link_is_refused(self):
        (self.source / "folder").mkdir()
        (self.scratch / "link").symlink_to(self.source)
        self.fails(1, "mount", self.source, self.scratch / "link" / "folder")

    def test_mountpoint_inside_the_store_is_refused(self):
        store = self.scratch / "store"
        (store / "inner").mkdir(parents=True)
        self.fails(1, "mount", self.source, store / "inner", "--store", store,
                   naming=[store / "inner"])

    def test_busy_mountpoint_is_refused_and_the_first_mount_goes_on(self):
        mount = self.mount()
        self.fails(1, "mount", self.source, mount.path, "--store", self.scratch / "other",
                   naming=[mount.path])
        self.assertEqual((mount / "a.npy").read_bytes(), self.wanted)

    def test_wrong_command_lines_exit_with_two(self):
        mountpoint = self.new_mountpoint()
        for options in (["--no-such-option"], ["--resize", "big"], ["--resize", "0"],
                        ["--center-crop", "-3"], ["--dtype", "int7"], ["--layout", "whc"],
                        ["--interpolation", "psychic"], ["--normalize", "1,2"],
                        ["--present", "gif"], ["--names", "lose"], ["--io", "sideways"],
                        ["--page-cache", "maybe"], ["--threads", "many"], ["--threads", "0"],
                        ["--memory-limit", "lots"], ["--attr-timeout", "-1"]):
            with self.subTest(options=options):
                self.fails(2, "mount", self.source, mountpoint, *options, naming=options[:1])
        self.fails(2, "mount", self.source)
        self.fails(2, "mount")
        self.fails(2, "no-such-command")
        self.assertFalse(self.is_mounted())

    def test_what_cannot_be_presented_is_refused(self):
        mountpoint = self.new_mountpoint()
        for options in (["--present", "ppm", "--dtype", "float32"],
                        ["--present", "bmp", "--layout", "chw"],
                        ["--present", "npy", "--dtype", "bfloat16"]):
            with self.subTest(options=options):
                result = mounted.run_tensorfs("mount", self.source, mountpoint, *options)
                self.assertIn(result.returncode, (1, 2))
                self.assertIn(options[1], result.stderr)
        self.assertFalse(self.is_mounted())

    def test_a_wrong_pipeline_file_is_named_with_its_step(self):
        pipelines = {
            "order.toml": ('[[step]]\nname = "ToTensor"\n[[step]]\nname = "Resize"\nsize = 8\n',
                           "Resize"),
            "unknown.toml": ('[[step]]\nname = "RandomCrop"\nsize = 8\n', "RandomCrop"),
            "argument.toml": ('[[step]]\nname = "Resize"\nsize = 8\ncolour = 1\n', "colour"),
            "syntax.toml": ('[[step]\n', "syntax.toml"),
        }
        mountpoint = self.new_mountpoint()
        for name, (text, cause) in pipelines.items():
            with self.subTest(name=name):
                path = self.scratch / name
                path.write_text(text)
                result = mounted.run_tensorfs("mount", self.source, mountpoint, "--pipeline", path)
                self.assertIn(result.returncode, (1, 2), result.stderr)
                self.assertIn(name, result.stderr)
                self.assertIn(cause, result.stderr)
        self.assertFalse(self.is_mounted())

    def test_foreground_serves_until_sigterm(self):
        for stop in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=stop):
                mountpoint = self.new_mountpoint()
                with self.foreground(mountpoint) as process:
                    mounted.wait_until_mounted(mountpoint, process)
                    self.assertEqual((mountpoint / "a.npy").read_bytes(), self.wanted)
                    process.send_signal(stop)
                    self.assertEqual(process.wait(mounted.STOP_TIMEOUT_S), 0)
                self.assertFalse(mounted.is_mounted(mountpoint))

    def foreground(self, mountpoint):
        process = subprocess.Popen([mounted.binary(), "mount", self.source, mountpoint, "--store",
                                    self.new_state() / "store", "--foreground"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(mounted.detach, mountpoint)
        self.addCleanup(process.kill)
        return process

    def test_sigterm_ends_the_daemon_and_its_mount(self):
        mount = self.mount()
        os.kill(mount.pid, signal.SIGTERM)
        self.assertTrue(mounted.wait_for_exit(mount.pid))
        self.assertFalse(mounted.is_mounted(mount.path))

    def test_a_mount_whose_daemon_was_killed_is_recovered(self):
        mount = self.mount()
        mount.kill()
        self.assertTrue(mounted.wait_for_exit(mount.pid))
        self.assert_errno({errno.ENOTCONN, errno.ECONNABORTED}, os.listdir, mount.path)
        again = self.mount(mountpoint=mount.path)
        self.assertEqual((again / "a.npy").read_bytes(), self.wanted)

    def test_umount_takes_away_a_mount_whose_daemon_was_killed(self):
        mount = self.mount()
        mount.kill()
        self.assertTrue(mounted.wait_for_exit(mount.pid))
        result = mounted.run_tensorfs("umount", mount.path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(os.listdir(mount.path), [])

    def test_the_daemon_keeps_nothing_of_its_starter(self):
        """Not its session, not its terminal, not its working directory."""
        mount = self.mount()
        self.assertNotEqual(os.getsid(mount.pid), os.getsid(0))
        self.assertEqual(os.readlink(f"/proc/{mount.pid}/cwd"), "/")
        for descriptor in (0, 1, 2):
            target = os.readlink(f"/proc/{mount.pid}/fd/{descriptor}")
            self.assertNotRegex(target, "^(pipe|socket|/dev/pts)")

    @harness.needs_root
    def test_allow_other_lets_others_read(self):
        self.open_to_others()
        mount = self.mount("-o", "allow_other")
        self.assertEqual(self.read_as_nobody(mount / "a.npy"), self.wanted)

    @harness.needs_root
    def test_others_may_not_read_without_allow_other(self):
        self.open_to_others()
        mount = self.mount()
        self.assertIsNone(self.read_as_nobody(mount / "a.npy"))

    @harness.needs_root
    def test_permissions_of_the_source_hold_for_others(self):
        self.open_to_others()
        os.chmod(self.source / "a.png", 0o600)
        mount = self.mount("-o", "allow_other")
        self.assertIsNone(self.read_as_nobody(mount / "a.npy"))

    def open_to_others(self):
        for path in (self.scratch, self.source):
            os.chmod(path, 0o755)

    def read_as_nobody(self, path):
        """The file's bytes as another user sees them; None if it may not."""
        program = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
        result = subprocess.run([sys.executable, "-c", program, path], capture_output=True,
                                user=NOBODY, group=NOBODY, extra_groups=[])
        if result.returncode == 0:
            return result.stdout
        self.assertIn(b"PermissionError", result.stderr)
        return None


class Status(harness.MountTestCase):
    def test_counts_what_was_served(self):
        harness.save_picture(self.source / "a.png", 300, 200)
        mount = self.mount()
        before = mount.status()
        self.assertEqual((before["reads"], before["samples"], before["sample_errors"]), (0, 0, 0))
        data = (mount / "a.npy").read_bytes()
        after = mount.status()
        self.assertEqual((after["samples"], after["sample_errors"]), (1, 0))
        self.assertGreaterEqual(after["reads"], 1)
        self.assertGreaterEqual(after["bytes_served"], len(data))

    def test_of_what_is_not_mounted_fails(self):
        result = mounted.run_tensorfs("policy", "status", self.source)
        self.assertEqual(result.returncode, 1)
        self.assertIn(os.fspath(self.source), result.stderr)


if __name__ == "__main__":
    harness.main()
