"""What the rules about found secrets share: how they are told, and made-up secrets for their examples.

No example holds a secret as text: whoever looks for secrets in this repository would find it. They are made when the
examples are read, by hashing, and open nothing.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from hardhull.model.finding import Confidence, Finding, Reading, Severity
from hardhull.rules.fix import advise
from hardhull.text.secret_formats import checksum62

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.facts.leak import Leak, LeakedSecret
    from hardhull.model.field import Field

SURE: Final = {"name": Confidence.MEDIUM, "form": Confidence.HIGH, "proven": Confidence.HIGH}
REVOKE: Final = (
    "make it invalid where it was issued, and a new one: what was in a repository or an image is known for good; then"
    " take it out of the file"
)


def told(
    leak: Leak, wanted: Callable[[LeakedSecret], bool], severity: Callable[[LeakedSecret], Severity]
) -> Iterator[Finding]:
    """A finding for each secret that a rule is for."""
    for item in leak.secrets.value:
        secret = item.value
        if wanted(secret):
            yield _finding(leak, item, secret, Severity.INFO if secret.expired else severity(secret))


def _finding(leak: Leak, item: Field[LeakedSecret], secret: LeakedSecret, severity: Severity) -> Finding:
    name = f" ({secret.name})" if secret.name and secret.name.isprintable() else ""
    where = f", inside {' > '.join(secret.inside)}" if secret.inside else ""
    notes = [*secret.notes, *(["which is over"] if secret.expired else [])]
    gone = ", which a later layer only hides" if leak.gone_by.value else ""
    finding = item.finding(
        f"{leak.subject} holds {_article(secret.title)} {secret.title}{name}{where}{gone}",
        label=", ".join(notes),
        also=tuple(half.mark(f"its {half.value}") for half in secret.halves),
        value=f"{secret.kind} {secret.name} {'/'.join(secret.inside[:-1])}".strip(),
        severity=severity,
        confidence=SURE[secret.certainty],
        fix=advise("make a new one, and take it out of the file", REVOKE),
    )
    if "instruction" in leak.fields:  # a place in the tree stays when the image is built again
        at = leak.instruction.mark("this instruction put it there")
        fixes, evidence = finding.fixes, (at, *finding.evidence)
        finding = Finding(
            finding.message, evidence, finding.field, f"{leak.subject} {finding.value}",
            severity=finding.severity, confidence=finding.confidence, fixes=fixes,
        )  # fmt: skip
    return finding.with_evidence(*_where(leak))


def _where(leak: Leak) -> Iterator[Reading]:
    """How it came into an image, and how it was hidden."""
    if not leak.layer.value:
        return
    yield Reading("layer", leak.made_by.value or "made by nobody knows what", leak.layer.value)
    if leak.gone_by.value:
        yield Reading("taken away", leak.gone_by.value, "a later layer; the file is still in the image")
    if leak.again.value:
        yield Reading("held again", leak.again.value, "numbers of layers")
    if leak.copies.value:
        yield Reading("copies", leak.copies.value, "files of the same layer with the same bytes")


def _article(title: str) -> str:
    return "an" if title[:1].lower() in "aeio" else "a"


def _bytes(seed: str, size: int) -> bytes:
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"{seed}{len(out)}".encode()).digest()
    return out[:size]


def made_key() -> str:
    """Text that has the form of a private key in PKCS #8 and is none."""
    body = b64encode(b"\x30\x82\x04\xa4" + _bytes("key", 0x4A4)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    kind = "PRIVATE KEY"
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"))


def made_token() -> str:
    """Text that has the form of a GitHub token, its checksum included, and opens nothing."""
    body = _bytes("token", 15).hex()
    return f"gh{'p'}_{body}{checksum62(body)}"


def made_password() -> str:
    """A password that nobody uses."""
    return f"Q{_bytes('password', 8).hex()}#z"


def made_hash() -> str:
    """A line of an ``.htpasswd``."""
    letters = _bytes("hash", 11).hex()
    return f"shop:$apr{1}$fN2xY8qa${letters}"
