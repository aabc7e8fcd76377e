"""One line of proof beside each setting that was written because a proof has it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from hardhull.facts.digest import key_of as item_key
from hardhull.facts.normal import normal
from hardhull.facts.workload import Workload
from hardhull.fix.patch import file_edit
from hardhull.model.change import Risk
from hardhull.model.edit import Edit, spliced
from hardhull.model.plan import FileEdit
from hardhull.model.source import Span
from hardhull.text.editdiff import changed_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hardhull.facts.proof import Proof, Proven
    from hardhull.fix.drafting import Made
    from hardhull.model.source import Place, Source
    from hardhull.scan import Examination

BESIDE: Final = frozenset({"compose", "kubernetes"})
"""Syntaxes in which a comment ends a line."""
ABOVE: Final = frozenset({"quadlet", "systemd"})
"""Syntaxes in which a comment is a line of its own."""
LONGEST: Final = 60
"""Characters of what was seen."""


def line_of(proof: Proof, item: Proven) -> str:
    """The proof of one setting, in one line that stands for itself wherever it is copied to."""
    if item.kept:
        seen = " ".join(item.evidence.split())
        why = f" ({seen if len(seen) <= LONGEST else seen[: LONGEST - 3] + '...'})" if seen else ""
        what = f"needed{why}"
    else:
        what = f"{proof.passed}/{proof.checks} checks"
        first, *others = [name.removeprefix("drill-") for name in item.drills] or [""]
        what += f", {first}{f' +{len(others)}' if others else ''} blocked" if first else ""
    return f"proven: {proof.runs} runs, {what}; replay: hardhull prove --replay {proof.ident}"


def remarks(last: Examination, made: Iterable[Made], before: Mapping[str, bytes | None]) -> list[FileEdit]:
    """The files with the remarks.

    Args:
        last: the scan of the files with all that was written.
        made: what was written.
        before: the files as they were; None for one that was not there.
    """
    written = {(one.ask.key[1:]) for one in made if one.ask.fix.risk is Risk.PROVEN}
    new: dict[str, frozenset[int]] = {}
    edits: defaultdict[Source, dict[int, Edit]] = defaultdict(dict)
    for fact in last.facts if written else ():
        if not isinstance(fact, Workload) or fact.proof.get(None) is None:
            continue
        if not any(subject == fact.subject for _, subject in written):
            continue
        for place, text in _lines(fact):
            source = place.source
            if source.path not in new:
                new[source.path] = _new_lines(before.get(source.path), source.data)
            line = place.end.line
            if line in new[source.path] and line not in edits[source]:
                edits[source][line] = _edit(fact, source, line, text)
    return [_file(source, found) for source, found in edits.items() if found]


def _file(source: Source, edits: Mapping[int, Edit]) -> FileEdit:
    ordered = tuple(edits[line] for line in sorted(edits))
    return FileEdit(source.path, source.data, spliced(source.data, ordered), ordered)


def _lines(workload: Workload) -> Iterator[tuple[Place, str]]:
    """Where the settings of its proof stand, with what is said of each."""
    proof = workload.proof.value
    if proof is None or workload.syntax not in BESIDE | ABOVE:
        return
    for item in proof.proven:
        place = _place(workload, item)
        if place is not None and not item.absent:
            yield place, line_of(proof, item)


def _place(workload: Workload, item: Proven) -> Place | None:
    """Where a setting, or an item of a list, is written; None where it is not."""
    field = workload.fields.get(item.field)
    if field is None or not field.known:
        return None
    if isinstance(field.value, tuple) and item.field != "command":
        wanted = item_key(item.field, item.item)
        found = [each for each in field.value if hasattr(each, "known") and each.known and each.written]
        return next((each.place for each in found if item_key(item.field, normal(each.value)) == wanted), None)
    return field.place if field.written else None


def _new_lines(before: bytes | None, after: bytes) -> frozenset[int]:
    """The lines, from 1, that were written now."""
    if before is None:
        return frozenset(range(1, after.count(b"\n") + 2))
    changes = changed_lines(before, file_edit("", before, after).edits)
    return frozenset(line + 1 for each in changes for line in range(each.after_at, each.after_at + each.added))


def _edit(workload: Workload, source: Source, line: int, text: str) -> Edit:
    """The remark, at the end of the line or above it."""
    span = source.line_span(line)
    if workload.syntax in ABOVE:
        start = source.line_starts[line - 1]
        return Edit(Span(start, start), f"# {text}\n".encode())
    return Edit(Span(span.end, span.end), f"  # {text}".encode())
