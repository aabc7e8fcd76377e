"""Secrets in what an image says of itself: ENV, ARG, labels, commands, and the lines of its history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.leaks.hit import Certainty, Hit
from hardhull.text.redaction import REDACTED, redact
from hardhull.text.secret_names import is_common, role_of
from hardhull.text.secret_values import stands_elsewhere
from hardhull.text.secrets import looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.images.image import Image
    from hardhull.leaks.scanner import Scanner

SETTINGS: Final = ".env"
"""As what a variable is searched: a line of a file of settings."""
SCRIPT: Final = "history.sh"
_ARGUMENTS: Final = re.compile(r"\|(\d{1,3}) ")
"""``|2 A=1 B=2 /bin/sh -c ...``: how builders tell which build arguments a RUN got."""
_WORD: Final = re.compile(r"(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')+")
_SET: Final = re.compile(r"^(?:/bin/sh -c #\(nop\)\s+)?(ENV|ARG|LABEL)\s+(.*)$", re.DOTALL)
_NAMED: Final = re.compile(r"([\w.-]{1,200})=((?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*')*)")


class _Variable(NamedTuple):
    where: str
    name: str
    value: str


def in_configuration(image: Image, scanner: Scanner) -> Iterator[tuple[str, tuple[Hit, ...]]]:
    """Where in the configuration secrets stand, and which; each value once, however often it is repeated."""
    told: set[str] = set()
    for variable in _variables(image):
        hits = _of_variable(variable, scanner)
        if hits and variable.value not in told:
            yield variable.where, hits
        if hits:
            told.add(variable.value)
    for where, text in _texts(image):
        plain = text
        for value in told:
            plain = plain.replace(value, REDACTED)
        hits = scanner.scan_bytes(SCRIPT, plain.encode("utf-8", "replace")).hits
        if hits and text not in told:
            told.add(text)
            yield where, hits


def told(text: str, scanner: Scanner) -> str:
    """An instruction of the history in one line, its secrets taken out."""
    shown = " ".join(text.split())[:2000].removeprefix("/bin/sh -c ").removeprefix("#(nop) ").strip()
    for match in list(_NAMED.finditer(shown)):
        variable = _Variable("", match[1], match[2].strip("\"'"))
        if variable.value and _of_variable(variable, scanner):
            shown = shown.replace(variable.value, REDACTED)
    hits = scanner.scan_bytes(SCRIPT, shown.encode("utf-8", "replace")).hits
    if hits:  # the line is all that there is, and a hit shows it without its secrets, cut
        shown = hits[0].text
    shown = redact(shown)
    return shown if len(shown) <= 120 else f"{shown[:119]}\N{HORIZONTAL ELLIPSIS}"


def _of_variable(variable: _Variable, scanner: Scanner) -> tuple[Hit, ...]:
    line = f"{variable.name}={variable.value}\n"
    hits = scanner.scan_bytes(SETTINGS, line.encode("utf-8", "replace")).hits
    if hits:
        return tuple(hit._replace(name=variable.name, line=1, column=1, end_column=1) for hit in hits)
    if not _is_given(variable):
        return ()
    text = f"{variable.name}={REDACTED}"
    return (Hit("named-value", "value with the name of a secret", 1, 1, 1, text, variable.name, Certainty.NAME),)


def _is_given(variable: _Variable) -> bool:
    """A variable of an image is one that somebody set: so less is needed to take it for a secret than in a file."""
    value = variable.value
    if role_of(variable.name) is None or stands_elsewhere(value) or is_common(value):
        return False
    return looks_random(value)


def _variables(image: Image) -> Iterator[_Variable]:
    for text in _strings(image.config.get("Env")):
        name, _, value = text.partition("=")
        yield _Variable(f"ENV {name} of the configuration", name, value)
    labels = image.config.get("Labels")
    for name, value in labels.items() if isinstance(labels, dict) else ():
        if isinstance(value, str):
            yield _Variable(f"LABEL {name} of the configuration", str(name), value)
    for number, step in enumerate(image.history, 1):
        for word, name, value in _named(step.made_by):
            yield _Variable(f"{word} {name} in line {number} of the history", name, value)


def _named(made_by: str) -> Iterator[tuple[str, str, str]]:
    arguments = _ARGUMENTS.search(made_by[:40])
    if arguments:
        at = arguments.end()
        for _ in range(int(arguments[1])):
            found = _WORD.match(made_by, at)
            if found is None:
                break
            name, _, value = found[0].partition("=")
            yield "ARG", name, value.strip("\"'")
            at = found.end() + 1
    instruction = _SET.match(made_by)
    if instruction is None:
        return
    pairs = list(_NAMED.finditer(instruction[2]))
    for pair in pairs:
        yield instruction[1], pair[1], pair[2].strip("\"'")
    if not pairs and " " in instruction[2]:  # ENV NAME VALUE
        name, _, value = instruction[2].partition(" ")
        yield instruction[1], name, value.strip()


def _texts(image: Image) -> Iterator[tuple[str, str]]:
    for name in ("Entrypoint", "Cmd"):
        words = _strings(image.config.get(name))
        if words:
            yield f"{name.upper()} of the configuration", " ".join(words)
    check = image.config.get("Healthcheck")
    words = _strings(check.get("Test")) if isinstance(check, dict) else []
    if words:
        yield "HEALTHCHECK of the configuration", " ".join(words)
    for number, step in enumerate(image.history, 1):
        yield f"line {number} of the history", step.made_by


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
