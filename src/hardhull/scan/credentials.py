"""Taking credentials out of the words of a result.

Rules keep values that are secrets to themselves, but a name is theirs to say: and what stands where the name of an
image, a container or a key belongs may be a token, such as that of ``docker run -e TOKEN ghp_...``. A reader that does
not understand a word quotes it, and it may be ``PASSWORD=...``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.result import FixInfo
from hardhull.text.redaction import redact, secret_spans, without_formats
from hardhull.text.secret_formats import credential_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import AttackPath, Found, NotChecked, Result
    from hardhull.scan.judge import Offer


def without_credentials(result: Result, offers: list[Offer]) -> tuple[Result, list[Offer]]:
    """A result and its offers without any secret that can be recognised; mostly there is none, and they stay.

    Paths of files stay, because they are what people look for. What fixes say names much that is no secret: of it only
    what has the form of a credential is taken out.
    """
    quoting = (word for word in _quoting(result) if "=" in word)
    if not any(credential_spans("\n".join(set(_words(result))))) and not secret_spans("\n".join(set(quoting))):
        return result, offers
    safe = result._replace(
        findings=tuple(map(_found, result.findings)),
        paths=tuple(map(_path, result.paths)),
        not_checked=tuple(map(_note, result.not_checked)),
        unused_ignores=tuple(map(_note, result.unused_ignores)),
    )
    return safe, [offer._replace(found=_found(offer.found)) for offer in offers]


def _quoting(result: Result) -> Iterator[str]:
    """What quotes files."""
    yield from (found.message for found in result.findings)
    yield from (item.why for item in (*result.not_checked, *result.unused_ignores))


def _words(result: Result) -> Iterator[str]:
    yield from _quoting(result)
    for found in result.findings:
        yield found.subject
        for fix in found.fixes:
            yield fix.title
            yield fix.advice
            yield fix.basis
        for reading in (*found.readings, *found.observations):
            yield from reading
    for item in (*result.not_checked, *result.unused_ignores):
        yield item.what
    for path in result.paths:
        yield path.subject
        yield from (step.what for step in path.steps)


def _found(found: Found) -> Found:
    return found._replace(
        subject=without_formats(found.subject),
        message=without_formats(redact(found.message)),
        readings=tuple((without_formats(what), without_formats(value), where) for what, value, where in found.readings),
        observations=tuple(
            (without_formats(what), without_formats(value), where) for what, value, where in found.observations
        ),
        fixes=tuple(FixInfo(*map(without_formats, fix)) for fix in found.fixes),
    )


def _note(item: NotChecked) -> NotChecked:
    return item._replace(
        what=without_formats(item.what), why=without_formats(redact(item.why)), how=without_formats(item.how)
    )


def _path(path: AttackPath) -> AttackPath:
    steps = tuple(step._replace(what=without_formats(step.what)) for step in path.steps)
    return path._replace(steps=steps, subject=without_formats(path.subject))
