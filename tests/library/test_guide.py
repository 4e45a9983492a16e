#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The code in docs/guide-library.md is code of the examples, which other tests compile and run."""
import os
import re
import textwrap

import library
import harness
from harness import case, check, read

GUIDE = os.path.join(library.SOURCE, "docs", "guide-library.md")
BLOCK = re.compile(r"(?:<!-- (\S+) -->\n)?```c\n(.*?)```", re.S)


def is_part(block, program):
    """Whether the lines stand in the program one after the other, at whatever depth."""
    lines = block.rstrip("\n").split("\n")
    for start in range(len(program) - len(lines) + 1):
        there = "\n".join(program[start:start + len(lines)])
        if textwrap.dedent(there) == "\n".join(lines):
            return True
    return False


@case
def test_guide_shows_code_of_the_examples(_folder):
    blocks = BLOCK.findall(read(GUIDE))
    check(len(blocks) > 5, "the guide has no code")
    for path, block in blocks:
        check(path, f"this block names no example:\n{block}")
        program = read(os.path.join(library.SOURCE, path)).split("\n")
        check(is_part(block, program), f"{path} does not hold:\n{block}")


@case
def test_guide_names_every_example(_folder):
    text = read(GUIDE)
    for name in library.names_of_examples():
        check(f"examples/{name}.c" in text, f"examples/{name}.c is not in the guide")


harness.main()
