"""From where a pattern may have matched to what is a secret: the exact pattern in a small window, then what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardhull.facts.leak import PRIVATE_KEY
from hardhull.leaks import catalogue as own
from hardhull.leaks.catalogue import compiled
from hardhull.leaks.certainty import prove
from hardhull.leaks.hit import Candidate, Certainty
from hardhull.leaks.keys import private_key
from hardhull.leaks.weigh import LEAST_IN_PROGRAM, entropy, is_identifier, is_placeholder, named_secret, url_secret
from hardhull.text.secret_names import is_guessable, role_of
from hardhull.text.secret_values import stands_elsewhere
from hardhull.text.secrets import looks_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.leaks.catalogue import Kind

_ENCODED: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_FAR: Final = 24
"""Characters of an encoding beside a match that make it a part of something encoded."""
_PAIR: Final = re.compile(
    rb"([\w.-]{1,80}+)[\"'\]]{0,2}[ \t]{0,8}(?:=>|:=|[:=>,])[ \t]{0,8}"
    rb"(?:\"([^\"\n]{0,4096})\"|'([^'\n]{0,4096})'|([^\s\"'<>]{1,4096}))"
)
_URL: Final = re.compile(rb"""://([^\s/:@?#"'<>]{0,64}):([^\s/@"'<>]{3,128})@""")
_LINE: Final = 4096
MOST_TRIES: Final = 20_000
"""Places in one stretch of bytes that are looked at; a file with more of them is made to keep us busy."""


class Confirmer:
    """Confirms possible secrets in one stretch of bytes.

    Args:
        data: the bytes.
        settings: whether they are a file of settings.
    """

    def __init__(self, data: bytes, *, settings: bool) -> None:
        self.data = data
        self.settings = settings
        self.refuted: list[tuple[int, int]] = []
        """Where something has the form of a secret and cannot be one: then a name beside it does not make it one."""
        self.left = MOST_TRIES
        """How many more places are looked at."""
        self._seen: dict[str, int] = {}
        """Up to where each kind was looked for: one secret gives many ends of a match."""

    def at(self, kind: Kind, end: int) -> Iterator[Candidate]:
        """The secrets of a kind of which one ends near ``end``."""
        if end <= self._seen.get(kind.id, -1) or self.left <= 0:
            return
        self.left -= 1
        confirm = _OWN.get(kind.id)
        if confirm is not None:
            for found, past in confirm(self, kind, end):
                self._seen[kind.id] = max(self._seen.get(kind.id, -1), past)
                if found is not None:
                    yield found
        else:
            yield from self.exact(kind, max(0, end - kind.width - 2), end)

    def exact(self, kind: Kind, start: int, end: int) -> Iterator[Candidate]:
        """The secrets of a kind of the catalogue that begin between two offsets."""
        for match in compiled(kind.pattern).finditer(self.data, start, min(len(self.data), end + kind.width)):
            if match.start() >= end:
                break
            if match.end() <= self._seen.get(kind.id, -1):
                continue
            self._seen[kind.id] = match.end()
            made = self._made(kind, match)
            if made is not None:
                yield made

    def _made(self, kind: Kind, match: re.Match[bytes]) -> Candidate | None:
        group = kind.group or next((at for at, text in enumerate(match.groups(), 1) if text), 0)
        secret, (start, end) = match[group], match.span(group)
        proof = prove(kind.id, secret)
        if proof.holds is False or not self._plausible(kind, secret) or not self._used(match):
            if not kind.context:
                self.refuted.append((start, end))
            return None
        if self._inside_encoded(start, end):
            return None
        certainty = Certainty.PROVEN if proof.holds else Certainty.NAME if kind.context else Certainty.FORM
        notes = (proof.note,) if proof.note else ()
        return Candidate(start, end, kind.id, kind.title, certainty, notes=notes, expires=proof.expires, part=kind.part)

    def _used(self, match: re.Match[bytes]) -> bool:
        """Whether a user and password that a pattern names are some that somebody uses."""
        parts = match.groupdict()
        if not parts.get("password"):
            return True
        user, password = (str(parts.get(name) or b"", "utf-8", "replace") for name in ("username", "password"))
        return url_secret(user, password, settings=self.settings)

    def _plausible(self, kind: Kind, secret: bytes) -> bool:
        """Whether the letters of a secret are those of its kind."""
        if kind.entropy and entropy(secret) <= kind.entropy:
            return False
        if any(compiled(one).search(secret) for one in kind.never) or (_is_masked(secret) and not kind.part):
            return False
        if not all(compiled(one).search(secret) for one in kind.only):
            return False
        if kind.part:
            return True
        return _contextual(secret) if kind.context else not is_identifier(secret.decode("latin-1"))

    def _inside_encoded(self, start: int, end: int) -> bool:
        """Whether the match is a stretch of base64 that happens to look like a token."""
        before, after = self.data[max(0, start - _FAR) : start], self.data[end : end + _FAR]
        return (len(before) == _FAR and _ENCODED.issuperset(before)) or (
            len(after) == _FAR and _ENCODED.issuperset(after)
        )

    def looked(self, kind: str) -> int:
        """Up to where a kind was looked for."""
        return max(self._seen.get(kind, 0), 0)

    def line(self, at: int) -> tuple[int, int]:
        """Where the line around an offset begins and ends, as far as it is looked at."""
        start = self.data.rfind(b"\n", max(0, at - _LINE), at) + 1 or max(0, at - _LINE)
        end = self.data.find(b"\n", at, at + _LINE)
        return start, end if end >= 0 else min(len(self.data), at + _LINE)


def _contextual(secret: bytes) -> bool:
    """What only a name makes a secret has to look generated."""
    text = secret.decode("latin-1")
    if is_placeholder(text) or stands_elsewhere(text):
        return False
    if text.isdigit():
        return len(set(text)) >= 6
    return looks_random(text) or (len(text) >= 12 and entropy(secret) > 3.6 and any(map(str.isdigit, text)))


def _is_masked(secret: bytes) -> bool:
    """Whether most of it is one character, or it counts up: what documentation shows."""
    body = secret.rpartition(b"_")[2] or secret
    common = max(map(body.count, set(body)), default=0)
    lower = body.lower()
    return common * 2 > len(body) or b"xxxxx" in lower or b"example" in lower or b"00000000" in lower


def _key(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    for match in compiled(kind.pattern).finditer(self.data, max(self.looked(kind.id), end - kind.width), end + 1):
        found = private_key(self.data, match.start(), match.end())
        yield found, found.end if found else match.end()


_TOKEN_RUN: Final = re.compile(rb"[A-Za-z0-9_-]{0,2000}")


def _token(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    start = self.data.rfind(b"eyJ", max(0, end - kind.width), end)
    for _ in range(2):  # header and payload begin so
        if start > 0 and self.data[start - 1 : start] == b".":
            start = self.data.rfind(b"eyJ", max(0, start - kind.width), start)
    match = compiled(kind.pattern).match(self.data, max(start, 0))
    if match is None:
        run = _TOKEN_RUN.match(self.data, end)
        yield None, run.end() if run else end
        return
    proof = prove(kind.id, match[0])
    if proof.holds is False:
        self.refuted.append(match.span())
        yield None, match.end()
        return
    notes = (proof.note,) if proof.note else ()
    yield (
        Candidate(
            match.start(), match.end(), kind.id, kind.title, Certainty.PROVEN, notes=notes, expires=proof.expires
        ),
        match.end(),
    )


def _url(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    for match in _URL.finditer(self.data, max(self.looked(kind.id), end - kind.width), end):
        user, password = (part.decode("utf-8", "replace") for part in match.groups())
        found = None
        if url_secret(user, password, settings=self.settings):
            found = Candidate(match.start(2), match.end(2), kind.id, kind.title, Certainty.NAME, name=user)
        yield found, match.end()


def _named(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    begin, stop = self.line(end - 1)
    start = max(begin, self.looked(kind.id))
    for match in _PAIR.finditer(self.data, start, stop):
        self.left -= 1
        group = match.lastindex or 4
        if not self.settings and match.end(group) - match.start(group) < LEAST_IN_PROGRAM:
            continue
        name = match[1].decode("latin-1").lstrip("_-.")
        if group == 4 and not self.settings and not _is_assignment(self.data[begin:stop]):
            continue
        value = match[group].rstrip(b",;)]}" if group == 4 else b"").decode("utf-8", "replace").strip()
        if role_of(name) is None or not named_secret(name, value, settings=self.settings and _alone(match, begin)):
            continue
        at = match.start(group)
        yield Candidate(at, at + len(value.encode()), kind.id, _title(name), Certainty.NAME, name=name), stop
    yield None, stop


_ASSIGNMENT: Final = re.compile(
    rb"[ \t]*(?:export[ \t]+|ENV[ \t]+|ARG[ \t]+|[$#>][ \t]*)?[A-Z][A-Z0-9_]{2,60}=\S+[ \t\r]*"
)


def _is_assignment(line: bytes) -> bool:
    """Whether a line of any text is ``NAME=value``: without quotes, nothing else is taken for a secret in a program."""
    return _ASSIGNMENT.fullmatch(line) is not None


def _alone(match: re.Match[bytes], start: int) -> bool:
    """Whether the line is not one of a minified file, where settings and programs cannot be told apart."""
    return match.start() - start < 400


def _title(name: str) -> str:
    lower = name.lower()
    if "pass" in lower or "pwd" in lower:
        return "password"
    return "token" if "token" in lower else "secret key"


def _header(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    for match in compiled(kind.pattern).finditer(
        self.data, max(self.looked(kind.id), end - kind.width), end + kind.width
    ):
        secret = match[1].decode("latin-1")
        good = not is_placeholder(secret) and looks_random(secret) and entropy(match[1]) > 3.2
        if good and not _is_masked(match[1]):
            yield Candidate(match.start(1), match.end(1), kind.id, kind.title, Certainty.NAME), match.end()
        else:
            yield None, match.end()


def _command(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    for match in compiled(kind.pattern).finditer(
        self.data, max(self.looked(kind.id), end - kind.width), end + kind.width
    ):
        group = next((at for at, text in enumerate(match.groups(), 1) if text), 0)
        value = match[group].decode("utf-8", "replace")
        good = not (stands_elsewhere(value) or is_placeholder(value) or is_guessable(value))
        good = good and self.data[match.end(group) : match.end(group) + 1] not in {b"$", b"{", b"<"}
        if good and any(map(str.isdigit, value)) and "(" not in value and value[0] not in "/@" and value[-1] != ":":
            yield Candidate(*match.span(group), kind.id, kind.title, Certainty.NAME), match.end()
        else:
            yield None, match.end()


def _connection(self: Confirmer, kind: Kind, end: int) -> Iterator[tuple[Candidate | None, int]]:
    start, stop = self.line(end - 1)
    line = self.data[start:stop].lower()
    if not any(word in line for word in (b"server=", b"host=", b"source=", b"uid=", b"user", b"jdbc:", b"endpoint")):
        yield None, end
        return
    for match in compiled(kind.pattern).finditer(self.data, max(start, self.looked(kind.id)), stop):
        self.left -= 1
        value = match[1].rstrip(b",;)").decode("utf-8", "replace")
        good = named_secret("password", value, settings=True)
        if good:
            yield Candidate(*match.span(1), kind.id, kind.title, Certainty.NAME), match.end()
        else:
            yield None, match.end()


_OWN: Final[dict[str, Callable[[Confirmer, Kind, int], Iterator[tuple[Candidate | None, int]]]]] = {
    PRIVATE_KEY: _key,
    own.JSON_WEB_TOKEN: _token,
    own.URL: _url,
    own.NAMED: _named,
    own.QUOTED: _named,
    own.HEADER: _header,
    own.COMMAND: _command,
    own.CONNECTION: _connection,
}
