# SPDX-License-Identifier: MIT
"""A real mount from where users stand: fstab, a service manager, Prometheus, a user's own account."""

import base64
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "mount"))
import harness
import mounted

ANSWER_TIMEOUT_S = 30
NOBODY = 65534


def in_private_namespace(script, **variables):
    """Runs a shell script whose mounts nobody else sees and which go when it ends."""
    environment = {name: value for name, value in os.environ.items() if name != "XDG_STATE_HOME"}
    environment.update((name, os.fspath(value)) for name, value in variables.items())
    return subprocess.run(["unshare", "--mount", "bash", "-euo", "pipefail", "-c", script],
                          capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S,
                          env=environment)


class MountHelper(harness.MountTestCase):
    """As mount(8) and fstab reach it. `usr` stands for /usr/local with the tool installed in it."""

    def setUp(self):
        super().setUp()
        harness.save_picture(self.source / "a.png", 30, 20)
        self.usr = self.scratch / "usr"
        (self.usr / "bin").mkdir(parents=True)
        (self.usr / "bin/tensorfs").symlink_to(os.path.abspath(mounted.binary()))
        self.helper = self.usr / "mount.fuse.tensorfs"
        self.helper.symlink_to(os.path.abspath(mounted.binary()))
        self.mountpoint = self.new_mountpoint()

    def test_the_helper_mounts_as_its_options_say(self):
        result = subprocess.run([self.helper, self.source, self.mountpoint, "-n", "-o",
                                 r"rw,noauto,center_crop=4,dtype=float32,normalize=0.5\,0.5\,0.5/1\,1\,1"],
                                capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S,
                                env={**os.environ, "XDG_STATE_HOME": str(self.new_state())})
        self.addCleanup(mounted.detach, self.mountpoint)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual((self.mountpoint / "a.npy").stat().st_size, 128 + 4 * 4 * 3 * 4)
        self.assertEqual(mounted.run_tensorfs("umount", self.mountpoint).returncode, 0)

    def test_the_helper_names_an_unknown_option(self):
        result = subprocess.run([self.helper, self.source, self.mountpoint, "-o", "resise=8"],
                                capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S)
        self.assertEqual(result.returncode, 2)
        self.assertIn("resise=8", result.stderr)
        self.assertFalse(mounted.is_mounted(self.mountpoint))

    @harness.needs_root
    def test_mount_of_the_type_mounts(self):
        result = in_private_namespace(
            'mount --bind "$USR" /usr/local; export XDG_STATE_HOME="$STATE";'
            'mount -t fuse.tensorfs "$SOURCE" "$TARGET" -o center_crop=4,nodev;'
            'stat -c %s "$TARGET/a.npy"; findmnt -no OPTIONS "$TARGET"; umount "$TARGET"',
            USR=self.usr, SOURCE=self.source, TARGET=self.mountpoint, STATE=self.new_state())
        self.assertEqual(result.returncode, 0, result.stderr)
        size, options = result.stdout.split()
        self.assertEqual(int(size), 128 + 4 * 4 * 3)
        self.assertIn("nodev", options.split(","))

    @harness.needs_root
    def test_a_line_of_fstab_mounts(self):
        fstab = self.scratch / "fstab"
        fstab.write_text(f"{self.source} {self.mountpoint} fuse.tensorfs "
                         r"resize=8x6,noauto,x-systemd.automount,extensions=png\,jpg 0 0" "\n")
        result = in_private_namespace(
            'mount --bind "$USR" /usr/local; export XDG_STATE_HOME="$STATE";'
            'mount --fstab "$FSTAB" "$TARGET"; stat -c %s "$TARGET/a.npy"; umount "$TARGET"',
            USR=self.usr, FSTAB=fstab, TARGET=self.mountpoint, STATE=self.new_state())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(int(result.stdout), 128 + 8 * 6 * 3)


class ServiceManager(harness.MountTestCase):
    def test_hears_when_the_mount_answers_and_when_it_ends(self):
        address = self.scratch / "notify"
        mountpoint = self.new_mountpoint()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(address))
            manager.settimeout(ANSWER_TIMEOUT_S)
            process = subprocess.Popen(
                [mounted.binary(), "mount", self.source, mountpoint, "--foreground", "--store",
                 self.new_state() / "store"], env={**os.environ, "NOTIFY_SOCKET": str(address)},
                stderr=subprocess.DEVNULL)
            self.addCleanup(mounted.detach, mountpoint)
            with process:
                self.addCleanup(process.kill)
                self.assertEqual(manager.recv(256).decode().split("\n"),
                                 ["READY=1", f"MAINPID={process.pid}"])
                self.assertTrue(mounted.is_mounted(mountpoint))
                process.send_signal(signal.SIGTERM)
                self.assertEqual(manager.recv(256), b"STOPPING=1")
                self.assertEqual(process.wait(ANSWER_TIMEOUT_S), 0)


class Observation(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        harness.save_picture(self.source / "a.png", 30, 20)

    def test_prometheus_reads_the_counters(self):
        mount = self.mount("--metrics", "127.0.0.1:0")
        port = re.search(r"metrics at 127\.0\.0\.1:(\d+)", mount.log()).group(1)
        (mount / "a.npy").read_bytes()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics",
                                    timeout=ANSWER_TIMEOUT_S) as answer:
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            text = answer.read().decode()
        self.assertIn("\ntensorfs_samples_total 1\n", text)
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/status", timeout=ANSWER_TIMEOUT_S)

    def test_an_address_for_metrics_that_is_taken_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            mountpoint = self.new_mountpoint()
            result = mounted.run_tensorfs("mount", self.source, mountpoint, "--metrics", address,
                                          "--store", self.new_state() / "store")
        self.assertEqual(result.returncode, 1)
        self.assertIn(address, result.stderr)
        self.assertFalse(mounted.is_mounted(mountpoint))

    def test_the_status_is_a_table_for_people(self):
        mount = self.mount("--center-crop", "4")
        (mount / "a.npy").read_bytes()
        result = mounted.run_tensorfs("policy", "status", mount.path)
        self.assertEqual(result.returncode, 0, result.stderr)
        for text in (str(self.source), "CenterCrop", "1 made, 0 failed", f"{mount.pid},", "npy"):
            self.assertIn(text, result.stdout)

    def test_a_dead_daemon_is_named(self):
        mount = self.mount()
        mount.kill()
        self.assertTrue(mounted.wait_for_exit(mount.pid))
        result = mounted.run_tensorfs("policy", "status", mount.path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("is dead", result.stderr)


class Store(harness.MountTestCase):
    def test_serves_one_mount_at_a_time(self):
        mount = self.mount()
        store = mount.status()["store"]
        second = self.new_mountpoint()
        result = mounted.run_tensorfs("mount", self.source, second, "--store", store)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{store}: is in use by process {mount.pid}", result.stderr)
        self.assertFalse(mounted.is_mounted(second))

    def test_is_free_when_umount_returns(self):
        for _ in range(5):
            mountpoint = self.new_mountpoint()
            mount = mounted.Mounted(self.source, mountpoint, self.scratch)
            self.addCleanup(mount.close)
            result = mounted.run_tensorfs("umount", mountpoint)
            self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_holds_the_daemons_log_unless_told_otherwise(self):
        mountpoint = self.new_mountpoint()
        store = self.new_state() / "store"
        result = mounted.run_tensorfs("mount", self.source, mountpoint, "--store", store)
        self.addCleanup(mounted.detach, mountpoint)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"mounted {self.source} on {mountpoint}", (store / "tensorfs.log").read_text())
        self.assertEqual(mounted.run_tensorfs("umount", mountpoint).returncode, 0)


class Unmount(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.wanted = harness.decoded_npy(harness.save_picture(self.source / "a.png", 30, 20))

    def test_names_who_keeps_the_mount_busy(self):
        mount = self.mount()
        with open(mount / "a.npy", "rb"):
            result = mounted.run_tensorfs("umount", mount.path)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"({os.getpid()})", result.stderr)

    def test_lazily_leaves_open_files_readable_and_ends_the_daemon_after_them(self):
        mount = self.mount()
        with open(mount / "a.npy", "rb") as file:
            result = mounted.run_tensorfs("umount", "--lazy", mount.path)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertFalse(mounted.is_mounted(mount.path))
            self.assertEqual(file.read(), self.wanted)
        self.assertTrue(mounted.wait_for_exit(mount.pid))

    def test_works_from_within_the_mount_if_nobody_else_is_there(self):
        mount = self.mount()
        result = mounted.run_tensorfs("umount", mount.path, cwd=mount.path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class User(harness.MountTestCase):
    """Mounts as a user who is not root, with a /dev/fuse that users may open."""

    SCRIPT = """
mknod "$SCRATCH/fuse" c 10 229
chmod 666 "$SCRATCH/fuse"
mount --bind "$SCRATCH/fuse" /dev/fuse
user() { setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$SCRATCH/home" "$@"; }
cd /
user "$TENSORFS" mount "$SCRATCH/source" "$SCRATCH/mount1"
user cat "$SCRATCH/mount1/a.npy" | base64 --wrap 0
echo
user "$TENSORFS" policy status --json "$SCRATCH/mount1" | tr -d '\\n'
echo
user "$TENSORFS" umount "$SCRATCH/mount1"
ls "$SCRATCH/mount1" | wc -l
"""

    @harness.needs_root
    def test_mounts_reads_and_unmounts(self):
        wanted = harness.decoded_npy(harness.save_picture(self.source / "a.png", 30, 20))
        mountpoint = self.new_mountpoint()
        home = self.scratch / "home"
        home.mkdir()
        os.chmod(self.scratch, 0o755)
        for path in (mountpoint, home):
            os.chown(path, NOBODY, NOBODY)
        result = in_private_namespace(self.SCRIPT, SCRATCH=self.scratch,
                                      TENSORFS=os.path.abspath(mounted.binary()))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        content, status, left = result.stdout.splitlines()
        self.assertEqual(base64.b64decode(content), wanted)
        self.assertTrue(json.loads(status)["store"].startswith(f"{home}/.local/state/tensorfs/"))
        self.assertEqual(left, "0")


if __name__ == "__main__":
    harness.main()
