"""What the rules about known vulnerabilities share: how bad one is here, what to do first, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.contents import Reach
from hardhull.model.finding import Advisory, Confidence, Reading, Severity
from hardhull.rules.fix import advise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents, Weakness
    from hardhull.model.advisory import Vulnerability
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding

FEW: Final = 3
REACHES: Final = {
    Reach.ENTRY: "it is what a container of this image starts",
    Reach.RUN: "what a container of this image starts runs libraries of its kind",
}
KEV: Final = "Known Exploited Vulnerabilities"


def told(image: Contents, ecosystems: frozenset[str], upgrade: str) -> Iterator[Finding]:
    """A finding for each vulnerability in packages of these ecosystems.

    Args:
        image: the image.
        ecosystems: types of package URLs.
        upgrade: how its packages are upgraded, as an order with ``{package}`` and ``{fixed}``.
    """
    as_root = image.as_root.get(default=True)
    for item in image.weaknesses.value:
        if item.value.ecosystem in ecosystems:
            yield _finding(image, item, as_root=as_root, upgrade=upgrade)


def _finding(image: Contents, item: Field[Weakness], *, as_root: bool, upgrade: str) -> Finding:
    weakness = item.value
    worst = max(weakness.found, key=lambda one: (one.severity or 0, one.score))
    fixed = ", ".join(weakness.fixes)
    ends = f"fixed in {fixed}" if fixed else "no fix is known"
    finding = item.finding(
        f"{image.subject}: {_packages(weakness)} has {weakness.name}{_exploited(worst)}; {ends}",
        label=f"{worst.summary}" if worst.summary else "",
        value=f"{weakness.name} {weakness.ecosystem}:{weakness.package}",
        severity=severity_of(worst),
        confidence=Confidence.MEDIUM if weakness.ecosystem == "generic" else None,
        fix=advise(upgrade.format(package=weakness.package, fixed=fixed), ADVICE) if fixed else None,
    )
    finding.names = tuple(sorted({weakness.name, *worst.advisories, *worst.aliases}))
    finding.urgency = urgency(weakness, worst, as_root=as_root)
    return finding.with_evidence(*_evidence(weakness, worst, as_root=as_root))


ADVICE: Final = "build the image again with the upgraded package; where the base image has it, with a newer base image"


def severity_of(one: Vulnerability) -> Severity:
    """What is exploited is critical, whatever its score; what nobody has rated is unknown."""
    if one.exploited:
        return Severity.CRITICAL
    return one.severity or Severity.UNKNOWN


def urgency(weakness: Weakness, worst: Vulnerability, *, as_root: bool) -> int:
    """What to do first among equally severe ones: the exploited, then what has a fix, then what is nearest.

    The product of the issue's order: score x fix x reach, where each step of reach, and root, counts more than the
    difference of two scores of one severity.
    """
    score = worst.score if worst.score >= 0 else 10 * int(worst.severity or 0)
    reach = 1 + int(weakness.reach) + (1 if as_root and weakness.reach else 0)
    fix = 10 if weakness.fixes else 1
    return (1 << 20 if worst.exploited else 0) + (score + 1) * fix * reach


def _packages(weakness: Weakness) -> str:
    """``openssl 3.0.9-1 (libssl3, openssl)``."""
    versions = list(dict.fromkeys(one.package.source_version or one.package.version for one in weakness.found))
    names = sorted({one.package.name for one in weakness.found} - {weakness.package})
    more = f" and {len(versions) - FEW} more" if len(versions) > FEW else ""
    others = f" ({', '.join(names[:FEW])}{', ...' if len(names) > FEW else ''})" if names else ""
    return f"{weakness.package} {', '.join(versions[:FEW])}{more}{others}"


def _exploited(one: Vulnerability) -> str:
    if one.exploited is None:
        return ""
    return ", which is exploited" + (", by ransomware too" if one.exploited.ransomware else "")


def _evidence(weakness: Weakness, worst: Vulnerability, *, as_root: bool) -> Iterator[Advisory | Reading]:
    fixed = (
        f"fixed in {weakness.found[0].fixed_in} {', '.join(weakness.fixes)}" if weakness.fixes else "no fix is known"
    )
    yield Advisory(", ".join(worst.advisories), f"{weakness.package}: {fixed}", worst.source)
    if worst.score >= 0:
        yield Reading("CVSS", f"{worst.score / 10} {worst.vector}".strip(), worst.rated_by)
    elif worst.severity:
        yield Reading("severity", worst.severity.word, worst.rated_by)
    else:
        yield Reading("severity", "unknown", "no record of it has one")
    if worst.exploited:
        yield Reading("exploited", f"since {worst.exploited.added} at the latest", KEV)
    paths = sorted({path for one in weakness.found for path in one.package.paths})
    if paths:
        yield Reading(
            "files", ", ".join(paths[:FEW]) + (f" and {len(paths) - FEW} more" if len(paths) > FEW else ""), "the image"
        )
    if weakness.reach:
        yield Reading("reach", REACHES[weakness.reach] + (", as root" if as_root else ""), "the image's configuration")
