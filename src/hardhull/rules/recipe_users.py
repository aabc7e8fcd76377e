"""The unprivileged user that an image can start as, chosen from what the base brings and what the recipe makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.facts.recipe import is_root
from hardhull.facts.recipe_changes import Account, RunAs
from hardhull.model.lazy import lazy
from hardhull.rules.recipe_accounts import FREE_ID, made
from hardhull.rules.recipe_commands import text_of
from hardhull.rules.recipe_writes import Writes, writes

if TYPE_CHECKING:
    from hardhull.facts.bases import KnownBase
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.recipe_parts import Command
    from hardhull.model.change import Rewrite
    from hardhull.model.source import Place


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BY_MANAGER: Final = (
    ("debian", lazy(r"\b(?:apt-get|apt|dpkg)\b")),
    ("alpine", lazy(r"\bapk\s")),
    ("minimal", lazy(r"\b(?:microdnf|tdnf|zypper)\b")),
    ("rhel", lazy(r"\b(?:dnf|yum)\b")),
    ("arch", lazy(r"\bpacman\b")),
)
"""The family of a base that is not in the table, from the package manager that its RUNs use."""
_SHADOW: Final = frozenset({"debian", "ubuntu", "arch"})
"""Families whose images bring groupadd and useradd; of Red Hat's only the full ones do."""
_FULL: Final = lazy(r"(?:fedora|centos|rockylinux|almalinux|oraclelinux|.*ubi\d+(?:/ubi|/ubi-init|-init)?)$")
_GENERIC: Final = frozenset({"debian", "ubuntu"})
"""Bases whose users are for other things than the program of the image."""
_NEEDS_ROOT: Final = _words(
    "sshd cron crond supervisord init systemd dockerd containerd runsvdir runit openvpn dnsmasq named rsyslogd my_init"
    " chronyd ntpd wg-quick iptables keepalived smbd nfsd unbound postfix master vsftpd proftpd"
)
"""Programs that begin as root because they change to other users, or rule over the machine."""
_HOME: Final = lazy(r"(?:^|[\s:=\"'])(?:/root/|~/)")
APACHE: Final = _words("apache2 apache2ctl apachectl")
_NAMES: Final = ("app", "service", "runner", "daemon-user")
_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash"})


class Choice(NamedTuple):
    """The user, or why none can be chosen.

    Attributes:
        want: what is wanted of the recipe; None where it cannot be said.
        numbering: what gives the recipe's own account its number first.
        why: the reason there is no ``want``, as a sentence part.
        basis: where user and numbers come from.
    """

    want: RunAs | None
    numbering: tuple[Rewrite, ...] = ()
    why: str = ""
    basis: str = ""


class _User(NamedTuple):
    user: str
    basis: str
    account: Account | None = None
    numbering: tuple[Rewrite, ...] = ()


def choose(recipe: ImageRecipe) -> Choice:
    """The user for an image that starts as root."""
    root = recipe.root_stage
    if root is None or recipe.final is None:
        return Choice(None, why="the file has no stage that is built")
    family = _family(recipe)
    program = program_of(recipe)
    why = _obstacle(recipe, family, program)
    if why:
        return Choice(None, why=why)
    found = _user(recipe, family, root.known)
    if isinstance(found, str):
        return Choice(None, why=found)
    written = writes(recipe, program)
    if family in {"scratch", "distroless"} and not any(stage.runs for stage in recipe.final.lineage):
        copies = _copies(recipe, written)
        if isinstance(copies, str):
            return Choice(None, why=copies)
        return Choice(RunAs(found.user, copies=copies), (), "", found.basis)
    want = RunAs(found.user, found.account, written.owns, written.trees, written.makes, written.files)
    return Choice(want, found.numbering, "", found.basis)


def _family(recipe: ImageRecipe) -> str:
    root = recipe.root_stage
    base = root.base.get(None) if root else None
    if base is not None and base.scratch:
        return "scratch"
    if root and root.known and root.known.family:
        return root.known.family
    stages = recipe.final.lineage if recipe.final else ()
    text = "\n".join(text_of(run) for stage in stages for run in stage.runs)
    return next((family for family, pattern in _BY_MANAGER if pattern.search(text)), "")


def program_of(recipe: ImageRecipe) -> str:
    """The program that containers start, without its folder; empty where the recipe does not say."""
    for field in (recipe.entrypoint, recipe.command):
        command: Command | None = field.get(None)
        if command is None or not command.words:
            continue
        words = list(command.words) if not command.shell else command.words[0].split()
        if command.shell or words[0].rpartition("/")[2] in _SHELLS:
            words = [word for word in words if "=" not in word] if command.shell else words
            while words and (words[0] == "exec" or words[0].rpartition("/")[2] in _SHELLS or words[0] in {"-c", "-lc"}):
                words = words[1].split() + words[2:] if len(words) > 1 else []
        if words and words[0].rpartition("/")[2] in {"tini", "dumb-init"}:
            words = [word for word in words[1:] if not word.startswith("-")]
        if words:
            return words[0].rpartition("/")[2]
    return ""


def _obstacle(recipe: ImageRecipe, family: str, program: str) -> str:
    """Why the image cannot be given a user here; empty where it can."""
    if family == "windows":
        return "Windows containers have other users: `USER ContainerUser`"
    if recipe.onbuild.get(()):
        return "builds on top of the image run its ONBUILD instructions as that user"
    words = " ".join(word for field in (recipe.entrypoint, recipe.command) for word in _texts(field.get(None)))
    if program in _NEEDS_ROOT or re.search(r"(?:^|[\s/])(?:supervisord|sshd|crond?)(?:\s|$)", words):
        return f"{program or 'its program'} begins as root because it starts others as other users"
    if program == "init" or words.startswith("/init"):
        return "its init begins as root and starts services as other users"
    if (recipe.workdir.get(None) or "").startswith("/root") or _HOME.search(words):
        return "the program lives below /root, which only root may enter: move it, for example to /app"
    for item in recipe.env.get(()):
        value = item.value.value if item.known else None
        if value and _HOME.search(value) and item.value.name in {"PATH", "HOME", "GOPATH", "CARGO_HOME", "NVM_DIR"}:
            return f"{item.value.name} leads below /root, which only root may enter: install to another folder"
    return ""


def _texts(command: Command | None) -> tuple[str, ...]:
    return command.words if command else ()


def _user(recipe: ImageRecipe, family: str, known: KnownBase | None) -> _User | str:
    """Who it is; a reason where nobody can be named."""
    busybox = family in {"alpine", "busybox", "wolfi"}
    own = made(recipe, busybox=busybox)
    before = _before(recipe)
    if before and before[:1].isdecimal():
        return _User(before, "the user that the recipe used before")
    chosen = [each for each in own if each.name == before.partition(":")[0]] if before else own
    if len({each.name for each in chosen}) == 1:
        one = chosen[0]
        if one.user is None or is_root(one.user):
            return f"the number of {one.name} is not known here: end with `USER {one.name}`"
        return _User(one.user, f"the recipe makes {one.name} itself", None, one.numbering)
    if known and known.name not in _GENERIC and known.ships and not known.drops_to:
        shipped = known.ships[0]
        if shipped.uid is not None:
            basis = f"{known.name} brings {shipped.name}:{shipped.uid} ({known.source})"
            return _User(f"{shipped.uid}:{shipped.uid}", basis)
    if family in {"debian", "ubuntu"} and program_of(recipe) in APACHE:
        return _User("33:33", "www-data, the distribution's user for Apache, who owns what it starts with")
    user, basis = f"{FREE_ID}:{FREE_ID}", f"{FREE_ID} is above the numbers that distributions give"
    tools = _tools(family, known)
    if not tools:
        return _User(user, f"{basis}; a number needs no account")
    taken = {each.name for each in own} | {each.name for each in (known.ships if known else ())}
    name = next(name for name in _NAMES if name not in taken)
    return _User(user, basis, Account(name, FREE_ID, FREE_ID, tools))


def _before(recipe: ImageRecipe) -> str:
    """The last unprivileged user that the built image's stages ran something as; empty where there is none."""
    for stage in recipe.final.lineage if recipe.final else ():
        for each in reversed(stage.of("USER")):
            user = each.arguments[0].get("") if each.arguments else ""
            if user and not is_root(user):
                return user
    return ""


def _tools(family: str, known: KnownBase | None) -> str:
    if family in {"alpine", "busybox"}:
        return "busybox"
    if family in _SHADOW or (
        family == "rhel" and (known is None or (_FULL.fullmatch(known.name) and not known.minimal))
    ):
        return "shadow"
    return ""


def _copies(recipe: ImageRecipe, written: Writes) -> tuple[Place, ...] | str:
    """The COPY instructions whose files the program writes, in an image without a shell."""
    found: list[Place] = []
    for path in (*written.makes, *written.trees):
        into = [
            copy
            for stage in (recipe.final.lineage if recipe.final else ())
            for copy in stage.copies
            if copy.target.get("").rstrip("/") == path and not copy.chown.written
        ]
        if not into:
            return f"the image has no shell to give {path} to the user: copy it with --chown from a stage that made it"
        found += [copy.head for copy in into]
    return tuple(dict.fromkeys(found))
