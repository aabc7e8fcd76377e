"""Which packages a command installs: for RUN instructions and scripts alike. A command is a list of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.rules.programs import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class Install(NamedTuple):
    """An installation.

    Attributes:
        manager: ``apt``, ``apk``, ``yum``, ``zypper``, ``pip``, ``npm``, ``gem``, ``go`` or ``cargo``.
        at: the positions of the packages' names.
        everywhere: for npm whether it is a program for everybody (``-g``) and not a project's own.
    """

    manager: str
    at: tuple[int, ...]
    everywhere: bool = False


class _Manager(NamedTuple):
    name: str
    verbs: frozenset[str]
    values: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APT: Final = _Manager("apt", _words("install"), _words("-o -t -c --target-release --option -a"))
_APK: Final = _Manager(
    "apk", _words("add"), _words("-X -t -p --repository --virtual --root --arch --keys-dir --repositories-file")
)
_YUM: Final = _Manager("yum", _words("install localinstall"), _words("-c --installroot --releasever"))
_ZYPPER: Final = _Manager("zypper", _words("install in"), _words("-r --repo -t --type --root"))
_PIP: Final = _Manager(
    "pip",
    _words("install"),
    _words(
        "-r -c -i -t -e -f --requirement --constraint --index-url --extra-index-url --target --prefix --root --editable"
        " --find-links --trusted-host --python --cache-dir --proxy --timeout --retries --platform --python-version"
        " --src --upgrade-strategy --group --only-binary --no-binary -C --config-settings --index"
    ),
)
_NPM: Final = _Manager(
    "npm", _words("install i add"), _words("--registry --prefix --cache --loglevel --omit --include")
)
_GEM: Final = _Manager("gem", _words("install i"), _words("-v --version -i --install-dir -n --bindir -s --source -P"))
_GO: Final = _Manager("go", _words("install"), _words("-ldflags -tags -gcflags -asmflags -o -p -mod"))
_CARGO: Final = _Manager(
    "cargo", _words("install"), _words("--version --vers --git --branch --tag --rev --path --root --features --target")
)
_MANAGERS: Final = {
    **dict.fromkeys(("apt", "apt-get", "aptitude"), _APT),
    "apk": _APK,
    **dict.fromkeys(("yum", "dnf", "microdnf", "tdnf"), _YUM),
    "zypper": _ZYPPER,
    **dict.fromkeys(("pip", "pip3", "pip2"), _PIP),
    **dict.fromkeys(("npm", "pnpm"), _NPM),
    "gem": _GEM,
    "go": _GO,
    "cargo": _CARGO,
}
SYSTEM: Final = frozenset({"apt", "apk", "yum", "zypper"})
"""Managers of the distribution's packages."""


def installed(words: Sequence[str]) -> Install | None:
    """What a command installs; None where it installs nothing by a known manager."""
    program = name_of(words[0])
    start = 1
    if program in {"python", "python3"} and tuple(words[1:3]) == ("-m", "pip"):
        program, start = "pip", 3
    elif program == "uv" and tuple(words[1:2]) == ("pip",):
        program, start = "pip", 2
    manager = _MANAGERS.get(program)
    if manager is None:
        return None
    plain = _plain(words, start, manager.values)
    if not plain or words[plain[0]] not in manager.verbs:
        return None
    return Install(manager.name, tuple(plain[1:]), bool({"-g", "--global", "--location=global"} & set(words)))


def _plain(words: Sequence[str], start: int, values: frozenset[str]) -> list[int]:
    """The positions of the words that are neither options nor their values."""
    found: list[int] = []
    skip = False
    for at in range(start, len(words)):
        word = words[at]
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in values
        elif word not in {">", "<"}:
            found.append(at)
    return found


REMOVES: Final = lazy(
    r"\b(?:apt-get|apt|aptitude)\b[^;&|]{0,300}?\s(?:purge|remove|autoremove)\b|\bapk\b[^;&|]{0,300}?\sdel\b"
    r"|\b(?:yum|dnf|microdnf|tdnf)\b[^;&|]{0,300}?\s(?:remove|erase|autoremove)\b|\bzypper\b[^;&|]{0,300}?\s(?:rm|remove)\b"
    r"|dpkg\s+(?:-P|--purge)"
)
"""Packages are removed again."""
REMOVING: Final = ("purge", "remove", "del", "erase", "zypper", "dpkg")
"""Texts of which every removal has one: looking for them is fast."""
