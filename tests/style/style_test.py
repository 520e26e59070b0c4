# SPDX-License-Identifier: MIT
"""The structure that the README promises, checked: which folder includes what, and file sizes."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder includes itself and what stands to its left.
FOLDERS = ["codec", "cache", "policy", "fs", "tools"]

# Third-party headers that one folder alone includes.
ONLY_IN = {
    r"jpeglib\.h|jerror\.h": "codec",
    r"png\.h": "codec",
    r"zstd\.h": "codec",
    r"hwy/.*": "codec",
    r"xxhash\.h|xxh_x86dispatch\.h": "codec",
    r"rocksdb/.*": "cache",
    r"fuse.*": "fs",
    r"CLI/.*": "tools",
    r"nlohmann/.*": "tools",
    r"httplib\.h": "tools",
    r"toml\+\+/.*": "tools",
}

MAX_LINES = 500
MAX_COLUMNS = 100

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def sources():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield folder, path


def includes(path):
    for line in path.read_text().splitlines():
        match = INCLUDE.match(line)
        if match:
            yield match.group(1), match.group(2)


def own_headers(path):
    """Folders of the project's own headers that a file includes."""
    for _, name in includes(path):
        head = name.split("/")[0]
        if head in FOLDERS and (ROOT / name).exists():
            yield head, name


class Structure(unittest.TestCase):
    def test_there_is_something_to_check(self):
        self.assertGreater(len(list(sources())), 10)

    def test_a_folder_includes_only_what_stands_to_its_left(self):
        for folder, path in sources():
            for included, name in own_headers(path):
                with self.subTest(file=str(path.relative_to(ROOT)), include=name):
                    self.assertLessEqual(FOLDERS.index(included), FOLDERS.index(folder))

    def test_a_third_party_header_is_included_by_its_folder_alone(self):
        for folder, path in sources():
            for _, name in includes(path):
                if (ROOT / name).exists():
                    continue
                for pattern, owner in ONLY_IN.items():
                    if re.fullmatch(pattern, name):
                        with self.subTest(file=str(path.relative_to(ROOT)), include=name):
                            self.assertEqual(folder, owner)

    def test_files_stay_small_and_lines_short(self):
        for _, path in sources():
            lines = path.read_text().splitlines()
            with self.subTest(file=str(path.relative_to(ROOT))):
                self.assertLessEqual(len(lines), MAX_LINES)
                self.assertEqual([n for n, l in enumerate(lines, 1) if len(l) > MAX_COLUMNS], [])

    def test_every_file_names_its_licence(self):
        for _, path in sources():
            with self.subTest(file=str(path.relative_to(ROOT))):
                self.assertIn("SPDX-License-Identifier: MIT", path.read_text().splitlines()[0])


if __name__ == "__main__":
    unittest.main()
