# SPDX-License-Identifier: MIT
"""The report of `tensorfs profile` in a browser: nothing fails, nothing is asked of any network, and
people can read it. Where TENSORFS_SCREENSHOTS names a directory, pictures of it are left there."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

EXIT_SKIPPED = 77
SCHEMES = ("light", "dark")

COUNT_OF = "document.querySelectorAll('%s').length"

# Pairs of texts in a picture whose boxes share more than a hair's breadth.
OVERLAPPING_TEXTS = """
[...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
  const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent,
                                                               text.getBoundingClientRect()]);
  return texts.flatMap(([name, a], i) => texts.slice(i + 1).filter(([, b]) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => [name, other]));
})
"""

# Texts that stick out of their picture.
CUT_TEXTS = """
[...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 ||
           box.bottom > frame.bottom + 1;
  }).map(text => text.textContent);
})
"""

# The contrast (WCAG 2) of what is drawn or written to what is behind it: [what, ratio].
CONTRASTS = """
(() => {
  const light = colour => {
    const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255).map(
        part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) /
                          (Math.min(light(a), light(b)) + 0.05);
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const of = (selector, part) => [...document.querySelectorAll(selector)].map(
      node => [selector, ratio(getComputedStyle(node)[part], behind(node))]);
  return {texts: [...of('p, dt, dd, li, h1, h2, h3, th, td, caption, figcaption, .holds', 'color'),
                  ...of('svg text', 'fill')],
          signs: [...of('.legend svg *', 'fill'), ...of('.ring', 'stroke')]};
})()
"""


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tensorfs-report-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run([os.environ["TENSORFS_REPORT_WRITER"], cls.folder], check=True)
        cls.page = browser.Browser()
        cls.addClassCleanup(cls.page.close)

    def opened(self, name, scheme, **keywords):
        url = (self.folder / f"{name}.html").as_uri()
        self.page.open(url, scheme, **keywords)
        return url

    def for_each_page(self, check):
        for name in ("plain", "hostile"):
            for scheme in SCHEMES:
                with self.subTest(page=name, scheme=scheme):
                    check(name, self.opened(name, scheme))

    def test_says_nothing_on_the_console(self):
        def check(*_):
            self.assertEqual(self.page.named("Runtime.consoleAPICalled", "Runtime.exceptionThrown",
                                             "Log.entryAdded"), [])

        self.for_each_page(check)

    def test_asks_for_nothing_but_itself(self):
        def check(_, url):
            asked = {event["request"]["url"] for event in
                     self.page.named("Network.requestWillBeSent")}
            self.assertEqual({each for each in asked if not each.startswith("data:")}, {url})

        self.for_each_page(check)

    def test_the_console_and_the_requests_would_be_seen(self):
        bad = self.folder / "bad.html"
        bad.write_text("<img src=http://192.0.2.1/x><script>console.error('seen')</script>")
        self.page.open(bad.as_uri())
        self.assertEqual(len(self.page.named("Runtime.consoleAPICalled")), 1)
        self.assertGreater(len(self.page.named("Network.requestWillBeSent")), 1)

    def test_shows_all_of_its_pictures_and_tables(self):
        def check(*_):
            self.assertEqual(self.page.evaluate(COUNT_OF % "svg[role=img]"), 4)
            self.assertGreater(self.page.evaluate(COUNT_OF % "tbody tr"), 60)
            self.assertIn("is best", self.page.evaluate("document.body.innerText"))

        self.for_each_page(check)

    def test_texts_of_pictures_do_not_overlap(self):
        def check(name, _):
            self.assertEqual(self.page.evaluate(OVERLAPPING_TEXTS), [])
            if name == "plain":  # no picture has room for a name of a hundred characters
                self.assertEqual(self.page.evaluate(CUT_TEXTS), [])

        self.for_each_page(check)

    def test_has_contrast_enough_to_be_read(self):
        def check(*_):
            found = self.page.evaluate(CONTRASTS)
            self.assertGreater(len(found["texts"]), 100)
            self.assertGreater(len(found["signs"]), 10)
            self.assertEqual([each for each in found["texts"] if each[1] < 4.5], [])
            self.assertEqual([each for each in found["signs"] if each[1] < 3], [])

        self.for_each_page(check)

    def test_a_narrow_window_scrolls_pictures_and_not_the_page(self):
        self.opened("plain", "light", width=420)
        self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 420)

    def test_pictures_for_people(self):
        target = os.environ.get("TENSORFS_SCREENSHOTS")
        if not target:
            self.skipTest("TENSORFS_SCREENSHOTS is not set")
        for name in ("plain", "hostile"):
            for scheme in SCHEMES:
                self.opened(name, scheme)
                self.page.screenshot(pathlib.Path(target) / f"{name}-{scheme}.png")


if __name__ == "__main__":
    if browser.find_program() is None:
        print("no Chromium here", file=sys.stderr)
        sys.exit(EXIT_SKIPPED)
    unittest.main(verbosity=2)
