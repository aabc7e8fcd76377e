"""apt, for another release than the machine's: its archives, proxies and keys, in folders of our own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from hardhull.advisories.importing import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.package import Distribution

ORIGINS: Final = {"debian": "Debian", "ubuntu": "Ubuntu"}
KEYRINGS: Final = {
    "debian": Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    "ubuntu": Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg"),
}
SECURITY: Final = re.compile(r"security", re.IGNORECASE)
SECONDS: Final = 900
WORD: Final = re.compile(r"[a-z][a-z0-9-]{1,30}", re.ASCII)


RETRYING: Final = ("-o", "Acquire::Retries=3")
FAILED: Final = re.compile(r"^[EW]: Failed to fetch \S+/(?P<file>[^/\s]+\.deb)\s+(?P<why>.+)$", re.MULTILINE)


class AptError(Exception):
    """The archive cannot be asked; ``why`` is a sentence part, ``how`` says what to do."""

    def __init__(self, why: str, how: str) -> None:
        super().__init__(why)
        self.why = why
        self.how = how


class Listed(NamedTuple):
    """One package of an index: ``size`` in bytes."""

    name: str
    version: str
    arch: str
    source: str
    source_version: str
    size: int


class Apt:
    """Asks the archives of one release.

    Attributes:
        addresses: the archives.
        as_of: when the newest of their indexes was made, ISO.

    Args:
        distribution: whose release it is.
        arch: as dpkg names it.
        folder: an empty one of our own.

    Raises:
        AptError: apt is not here, it knows no archive of this distribution, or the archive does not answer.
    """

    def __init__(self, distribution: Distribution, arch: str, folder: Path) -> None:
        if distribution.id not in ORIGINS or not WORD.fullmatch(distribution.codename):
            name = distribution.name or distribution.id or "an unknown distribution"
            raise AptError(f"{name} has no archive of Debian's or Ubuntu's kind", "import OSV's export of it instead")
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            raise AptError("there is no apt here", "run this on a Debian or Ubuntu machine, or in a container of one")
        self._folder = folder
        self.addresses = tuple(dict.fromkeys(_addresses(ORIGINS[distribution.id])))
        if not self.addresses:
            why = f"apt of this machine knows no archive of {ORIGINS[distribution.id]}"
            raise AptError(why, "add one to /etc/apt/sources.list.d, or import OSV's export of it instead")
        for name in ("lists/partial", "cache/archives/partial", "etc"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text("\n".join(self._lines(distribution)) + "\n", encoding="utf-8")
        settings = {
            "Dir::Etc::sourcelist": str(folder / "sources.list"), "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": str(folder / "lists"), "Dir::State::status": str(folder / "status"),
            "Dir::Cache": str(folder / "cache"), "APT::Architecture": arch, "APT::Architectures": arch,
            "Acquire::Languages": "none", "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        }  # fmt: skip
        self._options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        done = self._run(["apt-get", "update"])
        self._indexes = self._targets("$(FILENAME)") if done.returncode == 0 else []
        if not self._indexes:
            said = " ".join(done.stderr.split())[-200:] or "it has no index of this release"
            raise AptError(
                f"the archive of {distribution.codename} cannot be had ({said})", "check the network and the mirror"
            )
        self.as_of = max(self._dates(), default="")

    def _lines(self, distribution: Distribution) -> Iterator[str]:
        """Sources for the release, on the archives that the machine uses."""
        keyring = KEYRINGS[distribution.id]
        signed = f"[signed-by={keyring}] " if keyring.exists() else ""
        code = distribution.codename
        for address in self.addresses:
            only_security = distribution.id == "debian" and SECURITY.search(address)
            suites = [f"{code}-security"] if only_security else [code, f"{code}-updates"]
            if distribution.id == "ubuntu":
                suites.append(f"{code}-security")
            parts = "main universe" if distribution.id == "ubuntu" else "main"
            yield from (f"deb {signed}{address} {suite} {parts}" for suite in suites)

    def listed(self) -> Iterator[Listed]:
        """All packages of the indexes."""
        for index in self._indexes:
            text = self._run(["/usr/lib/apt/apt-helper", "cat-file", index]).stdout
            for paragraph in text.split("\n\n"):
                one = _listed(paragraph)
                if one is not None:
                    yield one

    def fetch(self, wanted: Sequence[Listed], folder: Path) -> dict[Listed, Path | str]:
        """Downloads packages, whose hashes apt checks, by one process of it.

        What was cut off goes on where it was, some times; one that cannot be had does not keep the others back.

        Args:
            wanted: each at most once.
            folder: an empty one, for the files.

        Returns:
            The file of each, or why it could not be had, as a sentence part.

        Raises:
            AptError: apt does not end.
        """
        asked, refused = list(wanted), dict[Listed, str]()
        while True:
            words = [f"{one.name}={one.version}" for one in asked]
            done = self._run(["apt-get", "download", *RETRYING, *words], folder)
            files = {_of_file(path): path for path in folder.iterdir()}
            unknown = {} if files or not done.returncode else _unknown(asked, done.stderr)
            if not unknown:
                break
            refused |= unknown  # apt downloads nothing where it does not know one of them
            asked = [one for one in asked if one not in unknown]
        whys = _failures(done.stderr)
        rest = " ".join(done.stderr.split())[-200:] or "apt-get failed"
        found: dict[Listed, Path | str] = {**refused}
        for one in asked:
            name = (one.name, one.version.partition(":")[2] or one.version, one.arch)
            path = files.get((one.name, one.version, one.arch))
            found[one] = whys.get(name, rest) if path is None or name in whys else path
        return found

    def _dates(self) -> Iterator[str]:
        for path in (self._folder / "lists").glob("*Release"):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("Date:"):
                    with suppress(ValueError):
                        yield parsedate_to_datetime(line[5:].strip()).strftime("%Y-%m-%dT%H:%M:%S")
                    break

    def _targets(self, form: str) -> list[str]:
        words = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
        return self._run(words).stdout.split()

    def _run(self, words: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        try:
            return subprocess.run(
                [words[0], *self._options, *words[1:]] if words[0] == "apt-get" else [words[0], *words[1:]],
                cwd=folder, env=environment, capture_output=True, text=True, errors="replace",
                stdin=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AptError(f"apt failed ({reason(error)})", "check the network and the mirror") from None


def _addresses(origin: str) -> list[str]:
    """The archives of an origin that the machine's apt has lists of."""
    words = ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)", "Created-By: Packages"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    rows = [line.split("|") for line in done.stdout.splitlines()]
    return [row[0] for row in rows if len(row) == 3 and row[1] == origin and "backports" not in row[2].lower()]


def _of_file(path: Path) -> tuple[str, str, str]:
    """Name, version and architecture of a file that apt downloaded; it escapes what would be in their way."""
    name, version, arch = (*path.name.removesuffix(".deb").split("_"), "", "")[:3]
    return unquote(name), unquote(version), unquote(arch)


def _failures(said: str) -> dict[tuple[str, str, str], str]:
    """Why packages could not be had, by what apt writes: name, version without its epoch, architecture."""
    return {_of_file(Path(one["file"])): " ".join(one["why"].split())[:200] for one in FAILED.finditer(said)}


def _unknown(asked: Sequence[Listed], said: str) -> dict[Listed, str]:
    """Those that apt knows no such version of; it names the first one only."""
    lines = [line for line in said.splitlines() if line.startswith("E: ")]
    return {
        one: line[3:][:200]
        for one in asked
        for line in lines
        if re.search(rf"(?<![\w.+-]){re.escape(one.name)}(?![\w.+-])", line)
        and ("ersion" not in line or f"'{one.version}'" in line)
    }


def _listed(paragraph: str) -> Listed | None:
    """A paragraph of an index; None where it is none."""
    fields: dict[str, str] = dict(FIELD.findall(paragraph))
    name, version = fields.get("Package", ""), fields.get("Version", "")
    if not name or not version:
        return None
    source, _, rest = fields.get("Source", name).partition(" ")
    size = fields.get("Size", "")
    return Listed(
        name, version, fields.get("Architecture", ""), source, rest.strip("() ") or version,
        int(size) if size.isdigit() else 0,
    )  # fmt: skip


FIELD: Final = re.compile(r"^(Package|Version|Architecture|Source|Size): *(.+?)[ \t]*$", re.MULTILINE)
