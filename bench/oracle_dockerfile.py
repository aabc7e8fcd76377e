"""Compares the Dockerfile reader with BuildKit's own parser over all Dockerfiles of a folder.

    python bench/oracle_dockerfile.py DIR

The oracle is the PyPI package ``dockerfile``, a binding to BuildKit 0.12's parser. Newer BuildKits differ from it in
four points, in which the reader follows the newer ones; such files are counted by themselves and named.
Compared are, for every instruction: keyword, ONBUILD's keyword, exec form, flags, values, first and last line, and the
name, descriptor and content of every here-document; for a file that BuildKit refuses, that the reader has a problem.
Exit code 0: all agree.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dockerfile

from hardhull.model.source import Source
from hardhull.text.dockerfile import Document, Statement, read
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(r"(^|[._-])(dockerfile|containerfile)([._-].*)?$", re.IGNORECASE)
NOT_ONE = re.compile(r"\.(go|md|dockerignore|sh|py|ts|js|png|txt|json|ya?ml|tmpl|template|j2)$", re.IGNORECASE)


def dockerfiles(root: Path) -> Iterator[Path]:
    """Every file under ``root`` that is named like a Dockerfile."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(folder, name)
            if NAME.search(name) and not NOT_ONE.search(name) and path.is_file() and not path.is_symlink():
                yield path


def values(statement: Statement) -> tuple[str, ...]:
    """The values of one statement in the oracle's shape, which is made of C strings."""
    return tuple(value.partition("\0")[0] for value in _values(statement))


def _values(statement: Statement) -> tuple[str, ...]:
    if statement.inner:
        return _values(statement.inner)
    if statement.keyword == "ARG":
        return tuple(
            pair.key.text if pair.value is None else f"{pair.key.text}={pair.value.text}" for pair in statement.pairs
        )
    if statement.pairs:
        return tuple(
            part for pair in statement.pairs for part in (pair.key.text, pair.value.text if pair.value else "")
        )
    return tuple(word.text for word in statement.words)  # an unknown instruction and ONBUILD ONBUILD have none


def ours(statement: Statement) -> tuple[Any, ...]:
    """What is compared, from our reader."""
    inner = statement.inner
    flags = tuple(f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}") for flag in statement.flags)
    heredocs = tuple((doc.name, doc.descriptor, statement.source.text(doc.body)) for doc in statement.heredocs)
    return (
        statement.keyword, inner.keyword if inner else "", (inner or statement).exec_form, flags, values(statement),
        statement.line, statement.end_line, heredocs,
    )  # fmt: skip


def theirs(command: Any) -> tuple[Any, ...]:
    """What is compared, from the oracle."""
    heredocs = tuple((doc.name, doc.file_descriptor, doc.content) for doc in command.heredocs)
    keyword = (command.sub_cmd or command.cmd or "").lower()
    known = keyword in dockerfile.all_cmds() and keyword != "onbuild"
    value = command.value if known else ()
    return (
        _upper(command.cmd or ""), _upper(command.sub_cmd or ""), command.json, command.flags, value,
        command.start_line, command.end_line, heredocs,
    )  # fmt: skip


def _upper(keyword: str) -> str:
    return keyword.upper() if keyword.isascii() else keyword


def newer(document: Document) -> str:
    """The point in which newer BuildKits read this file differently from the oracle, empty where there is none."""
    for statement in document.statements:
        carrier = statement.inner or statement
        start, end = carrier.args
        arguments = carrier.text[start:end]
        if carrier.keyword == "HEALTHCHECK":  # its own command stands behind another word
            arguments = arguments.partition("[")[1] + arguments.partition("[")[2]
        if arguments.startswith("[") and not carrier.exec_form:
            return "text after a JSON array makes it a shell command"
        if re.search(r"<<-?[ \t\r]", statement.text):
            return "white space between << and the delimiter"
        if document.escape == "`" and statement.flags:
            return "the escape character inside flags"
    names = [directive.name for directive in document.directives]
    return "the check directive" if "check" in names else ""


def difference(data: bytes) -> str:
    """How reader and oracle differ on these bytes, empty where they agree."""
    try:
        document = read(Source("Dockerfile", data))
    except UnreadableError as error:
        document = None
        refused = str(error)
    try:
        expected = [theirs(command) for command in dockerfile.parse_string(data.decode("utf-8"))]
    except UnicodeDecodeError:
        return "" if document is None else "we read what is not UTF-8"
    except ValueError as error:
        return "" if document is None or document.problems else f"only the oracle refuses it: {error}"
    if document is None:
        return f"only we refuse it: {refused}"
    if document.problems:
        return f"only we refuse it: {document.problems[0].why}"
    found = [ours(statement) for statement in document.statements]
    for one, two in zip(found, expected, strict=False):
        if one != two:
            return f"line {two[5]}: we read {one}, the oracle {two}"
    return "" if len(found) == len(expected) else f"{len(found)} instructions here, {len(expected)} there"


def main(root: Path) -> int:
    """Prints the differences and the share of files that agree."""
    total = agreed = known = 0
    for path in dockerfiles(root):
        data = path.read_bytes()
        total += 1
        why = difference(data)
        if not why:
            agreed += 1
            continue
        point = newer(read(Source(str(path), data))) if "only we refuse" not in why else ""
        known += bool(point)
        print(f"{path}: {f'[newer: {point}] ' if point else ''}{why[:400]}")
    share = 100 * agreed / total if total else 0.0
    print(f"{total} files: {agreed} agree ({share:.2f} %), {known} follow a newer BuildKit,", end=" ")
    print(f"{total - agreed - known} differ")
    return 0 if total and agreed + known == total else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
