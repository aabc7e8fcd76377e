"""What must be true of every plan of fixes, whatever the files are; each law yields what breaks it, in words.

``fuzz_fix.py`` asks them about mutated files. Secrets are planted by the caller, which knows them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml
from fix_values import comments

from fix import CHECKS
from hardhull.apply import Journal, NotDoneError
from hardhull.fix.applying import changes_of
from hardhull.fix.consumers import Checks
from hardhull.fix.patch import patch, shown
from hardhull.fix.planner import rewritten
from hardhull.model.edit import spliced
from hardhull.model.plan import Status
from hardhull.report import plan as screen
from hardhull.report.plan_json import render as render_json
from hardhull.report.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hardhull.model.plan import Plan
    from hardhull.model.result import Result
    from hardhull.scan.discover import Discovery

    Law = Iterator[tuple[str, str]]
    """The name of the law that is broken, and by what."""

HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
YAML = {"compose", "kubernetes", "workflow", "gitlab"}


def always(plan: Plan, found: Discovery) -> Law:
    """The laws that cost little: asked of every plan."""
    kinds = {one.source.path: one.kinds for one in found.files}
    yield from read_again(plan)
    for file in plan.files:
        if spliced(file.before or b"", file.edits) != file.after and file.before is not None:
            yield "edits", f"the edits of {file.path} do not give its bytes"
        if file.before is not None:
            yield from still_taken(file.path, kinds.get(file.path, ()), file.before, file.after)
            yield from comments_kept(file.path, kinds.get(file.path, ()), file.before, file.after)
            yield from line_ends_kept(file.path, file.before, file.after)
    for each in plan.of(Status.PLANNED):
        if not each.fix.diff and not any(file.before is None for file in plan.files):
            yield "diff", f"{each.found.rule} is planned and changes nothing"
        yield from whole_hunks(each.fix.diff)
    for each in plan.of(Status.REFUSED):
        if not each.why:
            yield "refusal", f"{each.found.rule} is refused without a reason"


def read_again(plan: Plan) -> Law:
    """No file is unread that was read before."""
    before, after = _unread(plan.before), _unread(plan.after)
    for path, count in (after - before).items():
        yield "read again", f"{count} things are not read any more in {path}"


def _unread(result: Result) -> Counter[str]:
    return Counter(item.what.partition(":")[0] for item in result.not_checked if item.kind == "failed")


def still_taken(path: str, kinds: tuple[str, ...], before: bytes, after: bytes) -> Law:
    """Whoever took the file before takes it after; a mapping has no more keys twice than before."""
    for name, takes in CHECKS.items():
        if name in kinds and takes(before) and not takes(after):
            yield "taken", f"{name} {path} is refused by its reference parser"
    if YAML & {*kinds} and _twice(after) > _twice(before):
        yield "keys twice", f"{path} has a key twice"


def _twice(data: bytes) -> int:
    """How many keys of mappings are there already."""
    try:
        documents = list(yaml.compose_all(data, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError):
        return 0
    count, todo, seen = 0, documents, set()
    while todo:
        node = todo.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            count += len(keys) - len(set(keys))
            todo += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
    return count


def comments_kept(path: str, kinds: tuple[str, ...], before: bytes, after: bytes) -> Law:
    """Every comment is somewhere in the file; what only looks like one may be part of what is replaced."""
    for text, count in comments(kinds, before).items():
        if len(text) > 3 and after.count(text) < min(count, before.count(text)):
            yield "comments", f"{path} has no longer {text[:60]!r}"


def line_ends_kept(path: str, before: bytes, after: bytes) -> Law:
    """A file with one kind of line ends keeps it; the byte order mark stays."""
    lines = before.count(b"\n")
    if (
        lines
        and before.count(b"\r") == before.count(b"\r\n")
        and before.count(b"\r\n") in {0, lines}
        and before.count(b"\r\n") * after.count(b"\n") != (after.count(b"\r\n") * lines)
    ):
        yield "line ends", f"{path} gets other line ends"
    if before.startswith(b"\xef\xbb\xbf") != after.startswith(b"\xef\xbb\xbf"):
        yield "line ends", f"the byte order mark of {path} comes or goes"


def whole_hunks(diff: str) -> Law:
    """Every hunk of a diff has as many lines as its head says, and changes something."""
    lines = diff.split("\n")
    at = 0
    while at < len(lines):
        head = HUNK.match(lines[at])
        at += 1
        if head is None:
            continue
        old, new = (int(part or 1) for part in head.groups())
        changed = 0
        while at < len(lines) and (old > 0 or new > 0):
            sign = lines[at][:1]
            old -= sign in {" ", "-"}
            new -= sign in {" ", "+"}
            changed += sign in {"+", "-"}
            if sign not in {" ", "+", "-", "\\"}:
                break
            at += 1
        if old or new or not changed:
            yield "hunks", f"a hunk does not hold what its head says: {head[0]}"


def secrets_hidden(plan: Plan, secrets: list[str]) -> Law:
    """What was planted is in nothing that is shown."""
    outputs = {
        "screen": lambda: "".join(screen.render(plan, View(everything=True, command="hardhull fix"), diffs=_new(plan))),
        "JSON": lambda: "".join(render_json(plan, diffs={file.path: shown(file) for file in plan.files})),
        "patch": lambda: patch(plan.files)[0],
        "diffs": lambda: "".join(each.fix.diff for each in plan.fixes),
        "words": lambda: "".join(f"{each.why}{each.snippet}{each.notes}" for each in plan.fixes),
    }
    for name, text in outputs.items():
        said = text()
        if name == "JSON":
            json.loads(said)
        for secret in secrets:
            if secret in said:
                at = said.index(secret)
                yield f"secret in {name}", f"{said[max(0, at - 80) : at + len(secret)]!r}"


def _new(plan: Plan) -> dict[str, str]:
    return {file.path: shown(file) for file in plan.files if file.before is None}


def second_is_empty(again: Callable[[Discovery], Plan], plan: Plan, found: Discovery) -> Law:
    """What was fixed is fixed: planning once more plans nothing."""
    second = again(rewritten(found, list(plan.files)))
    for each in second.of(Status.PLANNED):
        yield "second plan", f"{each.found.rule}: {each.fix.title}"


def git_applies(plan: Plan, texts: Mapping[str, bytes], scratch: Path) -> Law:
    """The patch gives the planned bytes of every file that is in it."""
    text, left_out = patch(plan.files)
    if not text:
        return
    with TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        _write(folder, texts)
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        options = ["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
        done = subprocess.run(["git", *options], cwd=folder, input=text.encode(), capture_output=True, check=False)
        if done.returncode:
            yield "git apply", done.stderr.decode()[:200]
            return
        for file in plan.files:
            if file.path not in {path for path, _ in left_out} and (folder / file.path).read_bytes() != file.after:
                yield "git apply", f"{file.path} has other bytes"


def programs_take(plan: Plan, found: Discovery, texts: Mapping[str, bytes], scratch: Path) -> Law:
    """What installed programs (Docker Compose, bash, dockerd) took before, they take after."""
    with TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        _write(folder, texts)
        checks = Checks(folder, plan.files, found.files)
        if checks.before():
            _write(folder, {file.path: file.after for file in plan.files})
            for complaint in checks.after():
                yield "programs", complaint


def taken_back(plan: Plan, texts: Mapping[str, bytes], scratch: Path) -> Law:
    """Applied and undone through the journal, every byte is the old one."""
    with TemporaryDirectory(dir=scratch) as name:
        folder = Path(name) / "tree"
        os.environ["XDG_STATE_HOME"] = str(Path(name) / "state")
        _write(folder, texts)
        journal = Journal(folder)
        try:
            journal.apply("fuzz", changes_of(plan), None)
        except NotDoneError as error:
            yield "journal", f"not applied: {error}"
            return
        for file in plan.files:
            if (folder / file.path).read_bytes() != file.after:
                yield "journal", f"{file.path} was not written as planned"
        journal.undo()
        now = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and ".hardhull" not in path.parts
        }
        if now != dict(texts):
            yield (
                "journal",
                f"not as before: {sorted(path for path in {*now, *texts} if now.get(path) != texts.get(path))}",
            )


def _write(folder: Path, texts: Mapping[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for path, data in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
