"""What is known to be wrong with a package of an image: plain data for every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.finding import Severity
    from hardhull.model.package import Package


class Exploited(NamedTuple):
    """An entry of the catalogue of Known Exploited Vulnerabilities: since when (ISO date), and by ransomware too."""

    added: str
    ransomware: bool = False


class Vulnerability(NamedTuple):
    """One vulnerability of one package.

    Attributes:
        package: as the image has it.
        name: its CVE; else the id of the record.
        advisories: ids of the records that say so, sorted.
        aliases: its other ids, sorted.
        severity: None where nobody says.
        score: ten times the CVSS base score; -1 where there is none.
        vector: that it comes from; may be empty.
        rated_by: the record that has the severity; empty where none has.
        fixed: the version of ``fixed_in`` that is not affected any more; empty where none is known.
        fixed_in: the package that gets it: of a distribution the source package.
        exploited: set where it is used in attacks.
        summary: one line; may be empty.
        source: where the records come from, with their date.
    """

    package: Package
    name: str
    advisories: tuple[str, ...]
    aliases: tuple[str, ...]
    severity: Severity | None
    score: int
    vector: str
    rated_by: str
    fixed: str
    fixed_in: str
    exploited: Exploited | None
    summary: str
    source: str
