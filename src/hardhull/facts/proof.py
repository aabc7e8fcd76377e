"""What a proof showed: a configuration that passed every check, and what of it was tried and had to stay."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from hardhull.facts.normal import text_of


class Proven(NamedTuple):
    """One part of the configuration that passed.

    Attributes:
        field: the name of a field of a Workload.
        item: the value of the field, or one item of it where it is a list, as :mod:`hardhull.facts.normal` writes it.
            A seccomp profile is an object with the ``path`` that the file gets and the ``profile`` itself.
        kept: False for a restriction that holds; True for a privilege that was kept because something broke without.
        why: one sentence.
        evidence: one line: what passed with it, or what broke without it.
        drills: ids of the drills that it blocks.
        portable: whether it holds beyond this engine. A port below 1024 without NET_BIND_SERVICE, for example, is
            there for the asking in Docker's own networks only.
        absent: for an item of a list: that it is *not* there (a capability that is no longer added).
        was: what was written in its place when it was proven; None for nothing. See
            :func:`hardhull.facts.digest.with_before`.
    """

    field: str
    item: Any
    kept: bool = False
    why: str = ""
    evidence: str = ""
    drills: tuple[str, ...] = ()
    portable: bool = True
    absent: bool = False
    was: Any = None


class Proof(NamedTuple):
    """A configuration of one workload that was run and passed.

    Attributes:
        ident: 16 hexadecimal digits; see :func:`identified`.
        subject: of the Workload (``service web``).
        path: of its file, relative to the root.
        workload: the digest of the Workload as it was proven: as it was written then, with every item of ``proven``.
        image: its reference.
        image_digest: id of the image that ran; empty where it is not known.
        engine: name and version. Kernel: release and machine.
        made: UTC, ISO 8601.
        runs: how often the final configuration passed.
        passed: how many results of checks and of load were good, of how many (``checks``).
        proven: what was tried, in the order of its fields.
        base: the digest of the Workload as it was written when it was proven; empty where it is not known.
    """

    ident: str
    subject: str
    path: str
    workload: str
    image: str
    image_digest: str
    engine: str
    kernel: str
    made: str
    runs: int
    passed: int
    checks: int
    proven: tuple[Proven, ...] = ()
    base: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the final configuration passed at all, and in everything that was asked of it."""
        return self.runs > 0 and self.checks > 0 and self.passed == self.checks

    def restricts(self, field: str) -> tuple[Proven, ...]:
        """The restrictions of a field that hold."""
        return tuple(item for item in self.proven if item.field == field and not item.kept)


def identified(proof: Proof) -> Proof:
    """The same proof, named by a digest of everything else in it."""
    fields = proof._replace(ident="")._asdict()
    fields["proven"] = [item._asdict() for item in proof.proven]
    return proof._replace(ident=sha256(text_of(fields).encode()).hexdigest()[:16])
