#!/usr/bin/env python3
"""Runs what docs/deploy.md says, exactly as it stands there, and holds what comes out against what the page shows.

    page.py --check PAGE                        the page can be read; how much of it is run, and what is not and why
    page.py --machines DIR PAGE [FIRST [LAST]]  run the sections between two headings, on machines: DIR/on-NAME COMMAND…

Blocks are ```console. A line that begins with "# " is a command for root's shell, which one block after another shares; what
cannot end yet (a here-document, a backslash) goes on in the next line. What follows is what one should see: all of it, line by
line, with "…" for what differs each time, and for any number of lines where it stands alone. A command that fails fails the page.

A comment on the line before a block says more:

    <!-- on: NAME -->         which machine; `chat` without one
    <!-- not run: REASON -->  why it cannot run in this test
    <!-- fails: REASON -->    its last command is to fail
    <!-- first: COMMAND -->   what the test does before, because the real world would
"""

import base64
import re
import subprocess
import sys
import threading

MARKS = ("on", "not run", "fails", "first")
PATIENCE = 300


class Block:
    def __init__(self, section, line, marks, text):
        self.section, self.line, self.marks = section, line, marks
        self.commands = list(split(text))


def split(lines):
    """The commands of a block, each with what one should see."""
    command, seen = None, []
    for line in lines:
        if command is not None and is_unfinished(command):
            command += "\n" + line
        elif line.startswith("# "):
            if command is not None:
                yield command, seen
            command, seen = line[2:], []
        elif command is None:
            raise ValueError(f"the block begins with what one should see: {line}")
        else:
            seen.append(line)
    if command is None or is_unfinished(command):
        raise ValueError(f"the block has no end: {command}")
    yield command, seen


def is_unfinished(command):
    told = subprocess.run(["bash", "-n"], input=command, text=True, capture_output=True)
    return command.endswith("\\") or "here-document" in told.stderr or "unexpected end of file" in told.stderr


def read(page):
    section, marks, block, start = "", {}, None, 0
    with open(page, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            mark = re.fullmatch(r"<!-- ([a-z ]+): (.+) -->", line)
            if block is not None:
                if line == "```":
                    yield Block(section, start, marks, block)
                    marks, block = {}, None
                else:
                    block.append(line)
            elif line.startswith("## "):
                section = line[3:]
            elif line == "```console":
                block, start = [], number
            elif mark:
                if mark[1] not in MARKS:
                    raise ValueError(f"{page}:{number}: nobody knows the mark {mark[1]!r}")
                marks[mark[1]] = mark[2]
            elif line and marks:
                raise ValueError(f"{page}:{number}: a mark belongs on the line before a block")


def matches(expected, actual):
    """Whether these lines are those; "…" alone is any number of them."""
    if not expected:
        return not actual
    if expected[0].strip() == "…":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    if not actual:
        return False
    words = [re.escape(part) for part in " ".join(expected[0].split()).split("…")]
    line = " ".join(actual[0].split())
    return re.fullmatch(".*".join(words), line) is not None and matches(expected[1:], actual[1:])


class Shell:
    """Root's shell on one machine."""

    END = "----- end of what it printed:"

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, "bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )

    def run(self, command):
        """What it prints, and how it ends."""
        whole = base64.b64encode(command.encode()).decode()
        self.process.stdin.write(f'eval "$(echo {whole} | base64 -d)" </dev/null 2>&1; echo "\n{self.END} $?"\n')
        self.process.stdin.flush()
        lines = []
        too_long = threading.Timer(PATIENCE, self.process.kill)
        too_long.start()
        for line in self.process.stdout:
            # A terminal shows what follows a carriage return in the place of what was before.
            line = line.rstrip("\n").rstrip("\r").rsplit("\r", 1)[-1]
            if line.startswith(self.END):
                too_long.cancel()
                status = int(line.removeprefix(self.END))
                while lines and not lines[-1].strip():
                    lines.pop()
                return lines, status
            lines.append(line)
        raise TimeoutError(f"{command!r} did not end within {PATIENCE} s:\n" + "\n".join(lines))


def run(page, machines, blocks):
    shells, done, skipped = {}, 0, 0
    for block in blocks:
        if "not run" in block.marks:
            skipped += len(block.commands)
            print(f"   not run, {block.marks['not run']}: {block.commands[0][0]}")
            continue
        name = block.marks.get("on", "chat")
        shell = shells.get(name) or shells.setdefault(name, Shell(f"{machines}/on-{name}"))
        if "first" in block.marks:
            lines, status = shell.run(block.marks["first"])
            if status:
                sys.exit(f"{page}:{block.line}: what has to be done first failed ({status}):\n" + "\n".join(lines))
        for number, (command, expected) in enumerate(block.commands, 1):
            print(f"{name}# {command}", flush=True)
            lines, status = shell.run(command)
            print("".join(f"{line}\n" for line in lines), end="", flush=True)
            should_fail = "fails" in block.marks and number == len(block.commands)
            if (status != 0) != should_fail:
                print("\n".join(shell.run("journalctl --no-pager --lines 40 --output cat")[0]))
                sys.exit(f"{page}:{block.line}: in {block.section!r}: {command!r} ended with {status}")
            if not matches(expected, lines):
                sys.exit(f"{page}:{block.line}: in {block.section!r}: {command!r} should print:\n" + "\n".join(expected))
            done += 1
    print(f"== {done} commands of {page} were run, {skipped} were not")


def between(blocks, first=None, last=None):
    sections = list(dict.fromkeys(block.section for block in blocks))
    for name in (first, last):
        if name and name not in sections:
            sys.exit(f"there is no section {name!r} with commands")
    start = sections.index(first) if first else 0
    end = sections.index(last or first) if first else len(sections) - 1
    return [block for block in blocks if block.section in sections[start : end + 1]]


def check(page, blocks):
    runs = [block for block in blocks if "not run" not in block.marks]
    print(f"{page}: {sum(len(block.commands) for block in runs)} commands are run by a test, and these are not:")
    for block in blocks:
        if block not in runs:
            print(f"  line {block.line}, {len(block.commands)} of {block.section!r}: {block.marks['not run']}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--check", page]:
            check(page, list(read(page)))
        case ["--machines", machines, page, *sections]:
            run(page, machines, between(list(read(page)), *sections))
        case _:
            sys.exit(__doc__)
