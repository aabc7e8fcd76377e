"""Under which ecosystems of OSV the packages of an image stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.advisories.names import normalised

if TYPE_CHECKING:
    from hardhull.model.package import Distribution, Package

LANGUAGES: Final = {
    "pypi": "PyPI",
    "npm": "npm",
    "golang": "Go",
    "cargo": "crates.io",
    "maven": "Maven",
    "gem": "RubyGems",
    "composer": "Packagist",
    "nuget": "NuGet",
    "generic": "Bitnami",
}
"""Types of package URLs. Bitnami's records are about versions of the upstream programs, whoever built them."""
BY_BINARY: Final = frozenset({"AlmaLinux", "Red Hat"})
"""Distributions whose records name binary packages; all others name source packages."""
REBUILT: Final = re.compile(r"\+b\d+$")
LTS: Final = re.compile(r"\d[02468]\.04")


class Asked(NamedTuple):
    """What to look up for a package: ``ecosystem`` as OSV spells it, with its release."""

    ecosystem: str
    name: str
    version: str


def of_distribution(distribution: Distribution) -> tuple[str, ...]:
    """The ecosystems of a release, the most specific first; empty where it is not known."""
    version = distribution.version
    parts = (*version.split("."), "", "")
    major, minor = parts[0], parts[1]
    match distribution.id:
        case "debian" if major:
            return (f"Debian:{major}",)
        case "ubuntu" if version:
            return (f"Ubuntu:{version}:LTS", f"Ubuntu:{version}") if LTS.fullmatch(version) else (f"Ubuntu:{version}",)
        case "alpine" if minor:
            return (f"Alpine:v{major}.{minor}",)
        case "wolfi":
            return ("Wolfi",)
        case "chainguard":
            return ("Chainguard", "Wolfi")
        case "rocky" if major:
            return (f"Rocky Linux:{major}",)
        case "almalinux" if major:
            return (f"AlmaLinux:{major}",)
        case "rhel" if major:
            return tuple(f"Red Hat:enterprise_linux:{major}::{part}" for part in ("baseos", "appstream", "crb"))
        case "sles" if major:
            return (f"SUSE:Linux Enterprise Server {major}{f' SP{minor}' if minor else ''}",)
        case "opensuse-leap" if minor:
            return (f"openSUSE:Leap {version}",)
        case "opensuse-tumbleweed":
            return ("openSUSE:Tumbleweed",)
        case "mageia" | "azurelinux" | "photon" | "openeuler" | "alpaquita" if version:
            return (f"{OTHERS[distribution.id]}:{version}",)
        case "minimos":
            return ("MinimOS",)
        case "echo":
            return ("Echo",)
    return ()


OTHERS: Final = {
    "mageia": "Mageia",
    "azurelinux": "Azure Linux",
    "photon": "Photon OS",
    "openeuler": "openEuler",
    "alpaquita": "Alpaquita",
}


def asked(package: Package, releases: tuple[str, ...]) -> tuple[Asked, ...]:
    """What to look up for one package; empty where nothing is known of its kind.

    Args:
        package: of an image.
        releases: from :func:`of_distribution` of that image.
    """
    language = LANGUAGES.get(package.ecosystem)
    if language is not None:
        return (Asked(language, normalised(language, package.name), package.version),)
    if package.ecosystem not in {"deb", "apk", "rpm"}:
        return ()
    source, version = package.source or package.name, package.source_version or package.version
    if package.ecosystem == "deb":
        version = REBUILT.sub("", version)
    found = []
    for release in releases:
        if release.partition(":")[0] in BY_BINARY:
            found.append(Asked(release, package.name, package.version))
            continue
        found.append(Asked(release, source, version))
        if package.ecosystem == "apk" and package.name != source:
            found.append(Asked(release, package.name, package.version))
    return tuple(found)
