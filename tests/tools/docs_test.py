# SPDX-License-Identifier: MIT
"""Help, manual pages and completion say the same, and what is installed is complete."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ["TENSORFS_BINARY"]
BUILD = os.environ["TENSORFS_BUILD"]
MAN = ROOT / "tools/man"
BASH_COMPLETION = ROOT / "tools/completion/tensorfs.bash"
ZSH_COMPLETION = ROOT / "tools/completion/_tensorfs"

PAGES = {
    (): "tensorfs.1",
    ("mount",): "tensorfs-mount.1",
    ("umount",): "tensorfs-umount.1",
    ("policy", "status"): "tensorfs-policy.1",
    ("policy", "explain"): "tensorfs-policy.1",
    ("policy", "plan"): "tensorfs-policy.1",
    ("policy", "set"): "tensorfs-policy.1",
    ("policy", "pin"): "tensorfs-policy.1",
    ("policy", "unpin"): "tensorfs-policy.1",
    ("policy", "pause"): "tensorfs-policy.1",
    ("policy", "resume"): "tensorfs-policy.1",
    ("policy", "materialize"): "tensorfs-policy.1",
    ("policy", "history"): "tensorfs-policy.1",
    ("policy", "watch"): "tensorfs-policy.1",
    ("profile",): "tensorfs-profile.1",
    ("cache", "stats"): "tensorfs-cache.1",
    ("cache", "list"): "tensorfs-cache.1",
    ("cache", "get"): "tensorfs-cache.1",
    ("cache", "verify"): "tensorfs-cache.1",
    ("cache", "warm"): "tensorfs-cache.1",
    ("cache", "evict"): "tensorfs-cache.1",
}


def options_of(command):
    """The options that --help lists, each by its longest name."""
    text = subprocess.run([BINARY, *command, "--help"], capture_output=True, text=True,
                          check=True).stdout
    lines = re.findall(r"^  (-[^ ]+)", text, re.MULTILINE)
    return [max(names.split(","), key=len) for names in lines]


def complete(*words):
    """What bash offers for the last of the words."""
    script = f'source {BASH_COMPLETION}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tensorfs; ' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    result = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True,
                            check=True)
    return result.stdout.split()


class Documentation(unittest.TestCase):
    def test_every_option_is_in_its_manual_page(self):
        for command, page in PAGES.items():
            text = (MAN / page).read_text().replace("\\-", "-")
            options = options_of(command)
            self.assertIn("--help", options)
            for option in options:
                with self.subTest(page=page, option=option):
                    self.assertRegex(text, re.escape(option) + r"\b")

    def test_every_metric_is_in_the_manual_page(self):
        page = (MAN / "tensorfs-policy.1").read_text()
        sources = "".join((ROOT / "tools" / name).read_text()
                          for name in ["status_metrics.cc", "policy_metrics.cc"])
        metrics = re.findall(r'\{"(\w+)",\s*"(?:counter|gauge)"', sources)
        self.assertIn("tensorfs_samples_total", metrics)
        self.assertIn("tensorfs_policy_price_seconds", metrics)
        for metric in metrics:
            with self.subTest(metric=metric):
                self.assertRegex(page, rf"\b{metric}\b")

    def test_every_option_is_completed(self):
        zsh = ZSH_COMPLETION.read_text()
        for command in PAGES:
            for option in options_of(command):
                with self.subTest(command=command, option=option):
                    self.assertIn(option, complete("tensorfs", *command, option))
                    self.assertRegex(zsh, re.escape(option) + r"\b")

    def test_every_command_is_completed(self):
        self.assertEqual(complete("tensorfs", ""),
                         ["mount", "umount", "policy", "cache", "profile", "--help", "--version"])
        self.assertEqual(complete("tensorfs", "policy", "st"), ["status"])
        self.assertEqual(complete("tensorfs", "policy", "p"), ["plan", "pin", "pause"])
        self.assertEqual(complete("tensorfs", "cache", "ev"), ["evict"])

    def test_values_are_completed(self):
        self.assertEqual(complete("tensorfs", "mount", "a", "b", "--dtype", "fl"),
                         ["float16", "float32"])
        self.assertEqual(complete("tensorfs", "mount", f"{ROOT}/tool"), [f"{ROOT}/tools"])

    def test_manual_pages_have_no_errors(self):
        for page in sorted(MAN.iterdir()):
            with self.subTest(page=page.name):
                result = subprocess.run(
                    ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                    capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_the_zsh_completion_has_no_syntax_error(self):
        subprocess.run(["zsh", "-n", ZSH_COMPLETION], check=True)


class Installation(unittest.TestCase):
    def test_installs_everything_and_the_mount_helper_is_the_tool(self):
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(["cmake", "--install", BUILD, "--prefix", scratch], check=True,
                           capture_output=True)
            prefix = pathlib.Path(scratch)
            wanted = ["bin/tensorfs", "sbin/mount.fuse.tensorfs",
                      "share/man/man8/mount.fuse.tensorfs.8",
                      "share/bash-completion/completions/tensorfs",
                      "share/zsh/site-functions/_tensorfs", "lib/systemd/system/tensorfs@.service"]
            wanted += [f"share/man/man1/{page}" for page in PAGES.values()]
            for path in wanted:
                self.assertTrue((prefix / path).is_file(), path)
            helper = subprocess.run([prefix / "sbin/mount.fuse.tensorfs"], capture_output=True,
                                    text=True)
            self.assertEqual(helper.returncode, 2)
            self.assertIn("usage: mount.fuse.tensorfs", helper.stderr)
            unit = (prefix / "lib/systemd/system/tensorfs@.service").read_text()
            self.assertIn("Type=notify\n", unit)
            self.assertNotIn("@CMAKE", unit)


if __name__ == "__main__":
    unittest.main()
