"""Taking secrets out of what is shown: where they stand in a text, and the text without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardhull.model.lazy import lazy
from hardhull.text.secret_formats import credential_spans, find_formats, long_words
from hardhull.text.secret_names import Role, is_common, role_of
from hardhull.text.secret_values import DEFAULT, ELSEWHERE, HASH, NAME_LIKE, PLAIN_WORDS, URL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REDACTED: Final = "[redacted]"
ASK: Final = "set it in .env"
"""What fixes let Compose say where a variable is not set (``${NAME:?...}``): of such texts, this one is known."""

_NAME_WORDS: Final = ("pass", "pwd", "secret", "token", "key", "masterauth")
_COMMAND_WORDS: Final = (
    "authorization", "bearer ", "mysql", "mariadb", "curl", "login", "redis-cli", "sshpass", "useradd", "usermod",
)  # fmt: skip
"""A line with none of these words (in whatever case) is not looked at any further; finding that out is fast."""
ROUNDS: Final = 4
"""How often a text is gone through at most: what one secret's removal lays bare is found in the next round."""
_PAIR: Final = lazy(r"(?<![\w.-])([\w.-]++)([\"']?\]?[ \t]{0,8}(?:=>|:[=?+-]|=|:)[ \t]{0,8})")
"""A name, then what assigns to it. Anchored at the start of a run of name characters, so each is read once."""
_FLAG: Final = lazy(
    r"(?<![\w-])--([A-Za-z][\w-]*+)"
    r"(?:[\"']?,(?:[ \t]{0,8}|[ \t]*+\r?\n[ \t]*+)|[ \t]{1,8}|[\"']?[ \t]*+\r?\n[ \t]*+-[ \t]++)(?![-\s])"
)
"""An option, and its value behind a blank, as the next string of a JSON list, or as the next item of a YAML list."""
_INSTRUCTION: Final = lazy(r"^[ \t]*+(?:ENV|ARG)[ \t]++([\w.-]++)[ \t]++(?!=)", re.IGNORECASE | re.MULTILINE)
_ENV_ITEM: Final = lazy(
    r"(?<![\w.-])name[\"']?:[ \t]*+[\"']?([\w.-]++)[\"']?[ \t]*+,?(?:\s{0,200}+#[^\n]{0,200}+\n){0,4}+\s{0,200}+"
    r"[\"']?value[\"']?:[ \t]*+"
)
"""Kubernetes' ``- name: X`` above ``value: y``, with comments between them."""
_COMMANDS: Final = (
    r"(?:authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:(?:bearer|basic|token)[ \t]{1,4})?"
    r"|\bbearer[ \t]{1,4}(?=\S{16})"
    r"|\b(?:mysql|mysqladmin|mysqldump|mysqlshow|mariadb|mariadb-admin|mariadb-dump)\b[^\n|;&]{0,120}?[ \t]-p"
    r"|\bcurl\b[^\n|;&]{0,120}?[ \t](?:-u|--user)[ \t=]{0,4}[\"']?[^\s:\"'$]{1,64}:"
    r"|\b(?:docker|podman|nerdctl|helm)[ \t]{1,8}(?:registry[ \t]{1,8})?login\b[^\n|;&]{0,120}?[ \t]-p[ \t=]{1,4}"
    r"|\buser(?:add|mod)\b[^\n|;&]{0,120}?[ \t]-p[ \t]{1,4}"
    r"|\bredis-cli\b[^\n|;&]{0,120}?[ \t]-a[ \t]{1,4}|\bsshpass[ \t]{1,8}-p[ \t]{0,4})"
)
"""Commands and headers whose next word is a secret; compiled when a line has one of their words."""
_ECHOED: Final = (
    r"\becho[ \t]{1,8}[\"']?\w{1,32}:([^\s\"'|]{1,128})[\"']?[ \t]{0,8}\|[ \t]{0,8}(?:sudo[ \t]{1,8})?chpasswd"
)
_KEY_BODY: Final = lazy(r"[ \t\"'>|#-]*+([A-Za-z0-9+/]{60,}+={0,2})(?:\\n)?[\"', \t\r]*+")
"""A line that is all base64: part of a key whose header stands somewhere above."""
_ENCODED_KEY: Final = lazy(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]++")
"""``-----BEGIN`` in base64, as Kubernetes' Secrets hold it."""
_END_OF_KEY: Final = lazy(r"-----END [A-Z0-9 ]{0,40}-----")
_BARE: Final = lazy(r"(?:[^\s\"'\\]|\\.|\"[^\"\n]*+\"|'[^'\n]*+')++")
_COMMENT: Final = lazy(r"[ \t]#")
_PEEK: Final = 240
"""Characters of a value that are read to decide whether it is worth hiding; only then its end is looked for."""


def redact(text: str, known: Sequence[tuple[int, int]] = ()) -> str:
    """The text with every recognised secret replaced by ``[redacted]``; all else, line ends included, is kept.

    Give it whole files where you can: that ``value: x`` is a secret is said by the line above it. Linear in the length
    of the text; redacting twice changes nothing more.

    Args:
        text: all of it.
        known: its secrets, where somebody has looked for them already.
    """
    spans = known
    for _ in range(ROUNDS):
        spans = spans or secret_spans(text)
        if not spans:
            break
        parts: list[str] = []
        at = 0
        for start, end in spans:
            parts += text[at:start], "\n".join(_hidden(line) for line in text[start:end].split("\n"))
            at = end
        text = "".join((*parts, text[at:]))
        spans = ()
    return text


def without_formats(text: str) -> str:
    """The text without credentials of a known form; what a name announces stays, because a sentence names much."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(credential_spans(text)):
        if start >= at:
            parts += text[at:start], REDACTED
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _hidden(line: str) -> str:
    """One line of a secret: its indentation and its carriage return stay."""
    body = line.strip()
    return line.replace(body, REDACTED) if body else line


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where secrets stand in a text: offsets of characters, in order, apart from each other."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_spans(text)):
        if start >= end or text[start:end] == REDACTED or text[start - 2 : end] == f":?{ASK}":
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for form in find_formats(text):
        end = form.end
        if form.format.id == "private-key":
            closing = _END_OF_KEY.search(text, end)
            end = closing.end() if closing else len(text)
        yield form.start, end
    at = text.find("://")
    while at >= 0:
        url = _url(text, at)
        if url:
            yield url
        at = text.find("://", at + 3)
    if any(len(word) >= 60 and "." not in word and ":" not in word for word in long_words(text)):
        yield from _bodies(text)
    if "LS0tLS1CRUdJTi" in text:
        for match in _ENCODED_KEY.finditer(text):
            yield match.span()
    for start, end in _telling_lines(text):
        yield from _in_line(text, start, end)


def _url(text: str, at: int) -> tuple[int, int] | None:
    """The password of the URL whose ``://`` stands there."""
    url = URL.match(text, at)
    return url.span(2) if url and not ELSEWHERE.match(url[2]) else None


def _bodies(text: str) -> Iterator[tuple[int, int]]:
    """Lines that are part of a key's base64."""
    at = 0
    for line in text.split("\n"):
        if len(line) >= 60:
            body = _KEY_BODY.fullmatch(line)
            if body and not body[1].islower() and not body[1].isupper() and len(set(body[1])) > 16:
                yield at + body.start(1), at + body.end(1)
        at += len(line) + 1


def _telling_lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines in which a name, a command or a header may announce a secret."""
    lower = text.lower()
    if len(lower) != len(text):  # a few letters of other scripts become two
        lower = "".join(char if len(char.lower()) > 1 else char.lower() for char in text)
    starts = set()
    for word in (*_NAME_WORDS, *_COMMAND_WORDS):
        at = lower.find(word)
        while at >= 0:
            starts.add(lower.rfind("\n", 0, at) + 1)
            line_end = lower.find("\n", at)
            at = lower.find(word, line_end) if line_end >= 0 else -1
    for start in starts:
        end = lower.find("\n", start)
        yield start, len(text) if end < 0 else end


def _in_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    named = [(_PAIR, end)]
    if "--" in line:
        named.append((_FLAG, end + 400))
    if "name" in line:
        named.append((_ENV_ITEM, end + 1000))
    if "ENV " in line or "ARG " in line:
        named.append((_INSTRUCTION, end))
    for pattern, stop in named:
        yield from _named(pattern, text, start, end, stop)
    lower = line.lower()
    if any(word in lower for word in _COMMAND_WORDS):
        for match in re.compile(_COMMANDS, re.IGNORECASE).finditer(text, start, end):
            value = _value(text, match.start(), match.end(), Role.PASSWORD, rest=False)
            if value:
                yield value
    if "chpasswd" in line:
        for match in re.finditer(_ECHOED, line):
            yield start + match.start(1), start + match.end(1)


def _named(pattern: re.Pattern[str], text: str, at: int, end: int, stop: int) -> Iterator[tuple[int, int]]:
    """The values that a pattern's first group names; it goes on behind each, so that none is read twice.

    Names begin on the line that ends at ``end`` (another line tells by itself); values begin in front of ``stop``.
    """
    match = pattern.search(text, at, stop)
    while match and match.start() < end:
        role = role_of(match[1])
        rest = text[match.end() - 1] in " \t" if pattern is _PAIR else pattern is not _FLAG
        value = _value(text, match.start(), match.end(), role, rest=rest) if role else None
        if value:
            yield value
        match = pattern.search(text, value[1] if value else match.end(), stop)


def _value(text: str, name: int, start: int, role: Role, *, rest: bool) -> tuple[int, int] | None:
    """The span of the value that begins at ``start``, if it is worth hiding.

    Args:
        text: all of it.
        name: where its name begins; a quote or ``${`` before it also ends the value.
        start: where the value begins.
        role: what the name says.
        rest: whether an unquoted value is all the rest of the line (YAML) or one word.
    """
    peek = text.find("\n", start, start + _PEEK)
    near = min(start + _PEEK, len(text)) if peek < 0 else peek
    begin, end = _extent(text, name, start, near, rest=rest)
    default = DEFAULT.match(text, begin, end)
    if default:
        begin, end = default.span(1)
    if not _worth_hiding(role, text[begin:end].strip().rstrip(",;)}]")):
        return None
    if end == near and peek < 0:
        line_end = text.find("\n", near)
        begin, end = _extent(text, name, start, len(text) if line_end < 0 else line_end, rest=rest)
    return begin, begin + len(text[begin:end].rstrip())


def _extent(text: str, name: int, start: int, limit: int, *, rest: bool) -> tuple[int, int]:
    """Where the value that begins at ``start`` begins and ends, at most at ``limit``; quotes are left out."""
    before, quote = text[name - 1 : name] if name else "", text[start : start + 1]
    if before in {'"', "'"} and text[start - 1 : start] != " " and quote != before:
        end = text.find(before, start, limit)
    elif before == "{" and text[name - 2 : name - 1] == "$":
        end = text.find("}", start, limit)
    elif quote in {'"', "'"}:
        start += 1
        end = _closing(text, quote, start, limit)
    elif rest:
        comment = _COMMENT.search(text, start, limit)
        end = comment.start() if comment else limit
    else:
        bare = _BARE.match(text, start, limit)
        end = bare.end() if bare else start
    return start, limit if end < 0 else end


def _closing(text: str, quote: str, start: int, limit: int) -> int:
    """Where the quoted value ends: at its quote that no backslash escapes; -1 where it does not end on this line."""
    at = text.find(quote, start, limit)
    while at > start and text[at - 1] == "\\":
        at = text.find(quote, at + 1, limit)
    return at


def _worth_hiding(role: Role, value: str) -> bool:
    if not value or value.lower() in PLAIN_WORDS or (value.isdigit() and len(value) < 3):
        return False
    if HASH.match(value):
        return True
    if ELSEWHERE.match(value) or value == REDACTED[:-1]:
        return False
    if role is Role.PASSWORD or len(value) < 4:
        return role is Role.PASSWORD
    return not NAME_LIKE.fullmatch(value) or (value.isalpha() and len(value) >= 12) or is_common(value)
