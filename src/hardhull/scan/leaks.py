"""Secrets in the files of a scan: every file is searched, those too that no reader is for."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardhull.facts.leak import Leak, LeakedSecret
from hardhull.leaks.engine import NoEngineError, cache_folder
from hardhull.leaks.finder import BASE64
from hardhull.leaks.hit import Certainty, Report
from hardhull.leaks.scanner import Scanner
from hardhull.model.field import Field
from hardhull.model.lazy import lazy
from hardhull.model.result import NotChecked
from hardhull.model.source import Excerpt, Place, Source, Span
from hardhull.scan.discover import HIDDEN, Walk
from hardhull.scan.quote import CUT
from hardhull.text.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.leaks.hit import Hit, LeakedIn
    from hardhull.scan.discover import Discovery
    from hardhull.scan.judge import Judgement

HISTORY: Final = frozenset({".git", ".hg", ".svn"})
OWN: Final = ".hardhull"
CHUNK: Final = 1 << 20
NOTED: Final = 4 << 20
"""Bytes of a file whose ignore comments are read."""
MOST_COPIES: Final = 20
"""Paths of equal files that one finding names."""
PASSWORDS: Final = frozenset(
    {"pgpass-password", "netrc-password", "wordpress-secret", "login-in-file", "login-in-json", "kubernetes-secret",
     "terraform-state-secret", "url-password", "connection-string", "password-in-command", "named-value",
     "quoted-value", "password-hash"}
)  # fmt: skip
"""Kinds that people make up; the others were issued by somebody, or are keys."""


def with_secrets(found: Discovery, targets: Sequence[str], exclude: Sequence[str], today: str) -> Discovery:
    """What was discovered, with the files that hold secrets.

    Args:
        found: the discovery of the same targets.
        targets: files and folders.
        exclude: glob patterns of paths that the team does not want scanned.
        today: ISO date, for secrets that say when their time is over.
    """
    try:
        scanner = Scanner(cache_folder())
    except NoEngineError as error:
        how = "install hyperscan for this platform, or scan without --secrets"
        return found._replace(not_checked=[*found.not_checked, NotChecked("failed", "secrets", str(error), how)])
    walk = _Search(found.root, exclude, scanner, today)
    for path in (Path(target).resolve() for target in targets):
        if path.is_dir():
            walk.folder(path)
        else:
            walk.file(str(path), walk.relative(str(path)))
    walk.finish()
    first = [note for note in found.not_checked if note.why != HIDDEN]  # this walk saw more of what is left out
    notes = [note for note in walk.not_checked if note not in first]
    facts = (walk.all_searched(), *walk.facts)
    return found._replace(not_checked=[*first, *notes], facts=facts, noted=tuple(walk.noted))


class _Search(Walk):
    """One search; goes where the other walk does not go: into installed packages."""

    def __init__(self, root: Path, exclude: Sequence[str], scanner: Scanner, today: str) -> None:
        super().__init__(root, exclude)
        self._scanner = scanner
        self._today = today
        self._searched: set[str] = set()
        self.facts: list[Leak] = []
        self.noted: list[Source] = []

    def enters(self, name: str, shown: str, depth: int) -> bool:
        """Whether to go into a folder."""
        if name in HISTORY:
            why = "secrets of earlier versions are not searched for"
            self.not_checked.append(NotChecked("out-of-scope", shown, why, "search the history with gitleaks git"))
            return False
        if self.too_deep(shown, depth):
            return False
        return name != OWN and not self.ignores.hides(shown, folder=True)

    def takes(self, shown: str) -> bool:  # noqa: ARG002  whatever it is
        """Every file, whatever it is called."""
        return True

    def file(self, path: str, shown: str) -> None:
        """Searches one file."""
        if shown in self._searched:
            return
        self._searched.add(shown)
        try:
            report = self._scanner.scan(shown, _chunks(path))
        except OSError as error:
            note = NotChecked("failed", shown, f"cannot be read: {error.strerror}", "check its permissions")
            self.not_checked.append(note)
            return
        for gap in report.gaps:
            how = "unpack it, and scan the folder with --secrets"
            self.not_checked.append(
                NotChecked("out-of-scope", gap.where, f"{gap.why}: secrets in it are not seen", how)
            )
        if report.hits:
            self.facts.append(leak_of(shown, report, self._today))
            self._note(path, shown)

    def all_searched(self) -> Leak:
        """The fact that files were searched: what makes a search that found nothing a pass."""
        place = Place(Excerpt(".", [(1, "")]), Span(0, 0))
        return Leak(f"{len(self._searched)} searched files", "secrets", place)

    def _note(self, path: str, shown: str) -> None:
        """Keeps a file with secrets whose comments may say that they are accepted."""
        with Path(path).open("rb") as file:
            data = file.read(NOTED)
        if b"hardhull:" in data:
            self.noted.append(Source(shown, data))


def _chunks(path: str) -> Iterator[bytes]:
    """The bytes of a regular file; nothing of anything else."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            while chunk := os.read(handle, CHUNK):
                yield chunk
    finally:
        os.close(handle)


def leak_of(path: str, report: Report, today: str) -> Leak:
    """The fact that a file holds secrets.

    Args:
        path: the file's name.
        report: what was found in it; not nothing.
        today: ISO date.
    """
    lines: dict[int, str] = {}
    for hit in report.hits:
        lines.setdefault(_line(hit), "" if hit.inside and _packed(hit) else hit.text)
        for half in hit.halves:
            lines.setdefault(half.line, half.text)
    excerpt = Excerpt(path, sorted(lines.items()))
    seen: dict[int, int] = {}
    items = tuple(_item(excerpt, lines, hit, today, seen) for hit in report.hits)
    leak = Leak(path, "secrets", items[0].place)
    leak.secrets = Field("secrets", items, items[0].place)
    return leak


def image_leaks(image: str, found: Iterable[LeakedIn], today: str) -> Iterator[Leak]:
    """The facts that parts of an image hold secrets.

    Args:
        image: what the person named.
        found: the parts.
        today: ISO date.
    """
    for one in found:
        leak = leak_of(f"{image}/{one.path}", Report(one.hits), today)
        leak.subject = one.path
        told = {
            "gone_by": one.gone_by, "again": ", ".join(map(str, one.again)), "made_by": one.made_by,
            "copies": ", ".join(one.copies[:MOST_COPIES]),
        }  # fmt: skip
        if len(one.copies) > MOST_COPIES:
            told["copies"] += f" and {len(one.copies) - MOST_COPIES} more"
        if one.layer:
            told["layer"] = f"{one.layer}{f' ({one.digest[:19]}...)' if one.digest else ''}"
        for name, value in told.items():
            if value:
                leak.fields[name] = Field(name, value, leak.place)
        yield leak


def at_instructions(facts: Iterable[Fact]) -> None:
    """Gives the leaks of images the line of a Dockerfile that made their layer, where just one can have."""
    known = list(facts)
    leaks = [fact for fact in known if isinstance(fact, Leak) and fact.made_by.value]
    sources = {fact.place.source.path: fact.place.source for fact in known if fact.kind == "recipe"}
    if not leaks or not sources:
        return
    lines = [(text, Place(source, span)) for source in sources.values() for text, span in _instructions(source)]
    for leak in leaks:
        wanted = _made_by(leak.made_by.value)
        places = [place for text, place in lines if wanted.fullmatch(text)]
        if len(places) == 1:
            leak.instruction = Field("instruction", leak.made_by.value, places[0])


_BUILDER: Final = lazy(r"\s+# buildkit$")
_SHELL: Final = lazy(r"^(?:RUN )?(?:\|\d+ .*?)?/bin/sh -c ")
_CONTINUED: Final = lazy(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_INSTRUCTION: Final = lazy(r"(?im)^[ \t]*(?:RUN|COPY|ADD|ENV|ARG|LABEL|WORKDIR)\b(?:[^\n\\]|\\[^\n]|\\[ \t]*\r?\n)*")


def _instructions(source: Source) -> Iterator[tuple[str, Span]]:
    """Instructions of a Dockerfile in one line, each with the span of its first line."""
    text = source.data.decode("utf-8", "surrogateescape")
    for found in _INSTRUCTION.finditer(text):
        line = source.position(len(text[: found.start()].encode("utf-8", "surrogateescape"))).line
        yield " ".join(_CONTINUED.sub(" ", found[0]).split()), source.line_span(line)


def _made_by(told: str) -> re.Pattern[str]:
    """What an instruction may be that the history tells so: without secrets, cut, and with what builders add."""
    plain = _SHELL.sub("RUN ", _BUILDER.sub("", told))
    plain = plain if plain.split(" ", 1)[0].isupper() else f"RUN {plain}"
    whole = ".*".join(map(re.escape, plain.removesuffix(CUT).split(REDACTED)))
    return re.compile(whole + (".*" if plain.endswith(CUT) else ""), re.DOTALL)


def _packed(hit: Hit) -> bool:
    """Whether it is in a member of an archive, whose lines are not those of the file."""
    return any(one != BASE64 and not one.startswith("UTF-") for one in hit.inside)


def _line(hit: Hit) -> int:
    return 1 if _packed(hit) else hit.line


def _item(excerpt: Excerpt, lines: dict[int, str], hit: Hit, today: str, seen: dict[int, int]) -> Field[LeakedSecret]:
    number = _line(hit)
    text = lines[number]
    count = seen[number] = seen.get(number, -1) + 1
    place = Place(excerpt, _span(excerpt, number, text, count, (hit.column, hit.end_column)))
    halves = tuple(
        Field("half", half.title, Place(excerpt, _span(excerpt, half.line, lines[half.line], 0, (0, 0))))
        for half in hit.halves
    )
    inside = (*hit.inside[:-1], f"{hit.inside[-1]}, line {hit.line}") if _packed(hit) else hit.inside
    secret = LeakedSecret(
        hit.kind, hit.title, hit.name, hit.certainty.name.lower(), hit.notes, inside, halves, hit.locked,
        expired=bool(hit.expires) and hit.expires < today,
        password=hit.kind in PASSWORDS or hit.certainty is Certainty.NAME,
    )  # fmt: skip
    return Field("secrets", secret, place)


def _span(excerpt: Excerpt, number: int, text: str, nth: int, columns: tuple[int, int]) -> Span:
    at = -1
    for _ in range(nth + 1):
        following = text.find(REDACTED, at + 1)
        at = following if following >= 0 else at
    start = len(text[: max(at, 0)].encode("utf-8", "replace"))
    end = start + len(REDACTED) if at >= 0 else len(text.encode("utf-8", "replace"))
    if columns == (0, 0):
        columns = (max(at, 0) + 1, max(at, 0) + 1 + (len(REDACTED) if at >= 0 else len(text)))
    return excerpt.mark(number, start, end, columns)


def told_once(judged: Judgement) -> Judgement:
    """The judgement without what a rule that knows the file's format says of the same line."""
    told = {
        (at.path, at.line)
        for found in judged.findings
        if found.rule.startswith("HH-SEC-") and found.fact != "leak"
        for at in found.locations[:1]
    }
    doubled = {
        found.id
        for found in judged.findings
        if found.fact == "leak" and (found.locations[0].path, found.locations[0].line) in told
    }
    return without(judged, doubled)


def without(judged: Judgement, doubled: Collection[str]) -> Judgement:
    """The judgement without findings of these ids."""
    if not doubled:
        return judged
    return judged._replace(
        findings=[found for found in judged.findings if found.id not in doubled],
        by_fact={key: [one for one in group if one.id not in doubled] for key, group in judged.by_fact.items()},
        offers=[offer for offer in judged.offers if offer.found.id not in doubled],
    )
