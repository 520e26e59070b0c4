# SPDX-License-Identifier: MIT
"""A headless Chromium, driven through a pipe by the DevTools protocol."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

TIMEOUT_S = 120
PROGRAMS = ("chromium-headless-shell", "chromium")
COMMANDS_FD, ANSWERS_FD = 3, 4  # where --remote-debugging-pipe reads and writes


def find_program():
    """Its path, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One page. `events` are all that the page's session has told, by name."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="tensorfs-browser-")
        self.numbers = itertools.count(1)
        self.events = []
        self.unread = b""
        self.session = None
        self.process = self._start()
        try:
            self._open_page()
        except BaseException:
            self.close()
            raise

    def _start(self):
        commands, answers = os.pipe(), os.pipe()
        self.output, self.input = commands[1], answers[0]

        def give_pipes():
            inherited = os.dup(commands[0]), os.dup(answers[1])  # neither is where it is to be
            os.dup2(inherited[0], COMMANDS_FD)
            os.dup2(inherited[1], ANSWERS_FD)

        process = subprocess.Popen(
            [find_program(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking",
             f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=give_pipes, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands[0])
        os.close(answers[1])
        return process

    def _open_page(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _receive(self, deadline):
        while b"\0" not in self.unread:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self.input], [], [], left_s)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.input, 1 << 20)
            if not data:
                raise RuntimeError("the browser has ended")
            self.unread += data
        line, _, self.unread = self.unread.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, url, colour_scheme="light", width=1100):
        """Returns when all of the page is there. Earlier events are forgotten."""
        self.events.clear()
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": colour_scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + TIMEOUT_S
        while not self.named("Page.loadEventFired"):
            self._receive(deadline)

    def named(self, *methods):
        return [event["params"] for event in self.events if event["method"] in methods]

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def screenshot(self, path):
        """Of the whole page, as PNG."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.output)
        os.close(self.input)
        shutil.rmtree(self.profile, ignore_errors=True)
