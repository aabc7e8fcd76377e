"""Seccomp profiles: the JSON of Docker and Podman, and ``linux.seccomp`` in an OCI configuration.

Decoded as ``profiles/seccomp/seccomp.go`` of moby and ``specs-go/config.go`` of the OCI runtime specification do it:
keys without regard to case, null as absent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hardhull.facts.capabilities import normal
from hardhull.facts.problem import Problem
from hardhull.facts.seccomp import ACTIONS, Condition, SeccompProfile, SyscallRule
from hardhull.facts.syscalls import known
from hardhull.formats.jsonread import fold, fold_entry, int_of, is_null, items_of, text_of, texts, type_name
from hardhull.model.field import Field
from hardhull.model.source import Place, Source, Span
from hardhull.text.jsondoc import load
from hardhull.text.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection

    from hardhull.text.nodes import Node

SYNTAX = "seccomp"

_TELLING = re.compile(rb'"(?:defaultAction|archMap|syscalls)"\s*:', re.IGNORECASE)
_KERNEL = re.compile(r"(\d{1,3})\.(\d{1,3})")
_OPERATORS = {
    "SCMP_CMP_NE": "!=",
    "SCMP_CMP_LT": "<",
    "SCMP_CMP_LE": "<=",
    "SCMP_CMP_EQ": "==",
    "SCMP_CMP_GE": ">=",
    "SCMP_CMP_GT": ">",
    "SCMP_CMP_MASKED_EQ": "&==",
}
_LIBRARY = {
    "fstatat": "newfstatat",
    "lseek64": "lseek",
    "mmap64": "mmap",
    "open64": "open",
    "openat64": "openat",
    "posix_fadvise": "fadvise64",
    "posix_fallocate": "fallocate",
    "pread": "pread64",
    "preadv64": "preadv",
    "prlimit": "prlimit64",
    "pselect": "pselect6",
    "pwrite": "pwrite64",
    "pwritev64": "pwritev",
    "wait": "wait4",
}
"""Functions of the C library by the call of the kernel that they make on amd64."""


def looks_like(data: bytes) -> bool:
    """Whether a JSON file has at least two of the words that every profile has."""
    return len({match.lower() for match in _TELLING.findall(data)}) > 1


def read(source: Source) -> SeccompProfile:
    """Reads a profile.

    Returns:
        The profile; where the file has no object for one, its fields are unknown and ``problems`` says why.

    Raises:
        UnreadableError: not JSON, or past a limit.
    """
    return _read(source, load(source))


def read_text(text: str) -> SeccompProfile:
    """Reads a profile that another file holds as a string; its places are in the string, not in that file.

    Raises:
        UnreadableError: not JSON, or past a limit.
    """
    source = Source("inline profile", text.encode("utf-8", "replace"))
    return _read(source, load(source))


def _read(source: Source, root: Node) -> SeccompProfile:
    node = fold(fold(root, "linux"), "seccomp") or root
    name = source.path.rpartition("/")[2]
    profile = SeccompProfile(f"seccomp profile {name}", SYNTAX, Place(source, Span(node.start, node.start + 1)))
    _Reading(source, profile).read(node)
    return profile


class _Reading:
    """One profile being read."""

    def __init__(self, source: Source, profile: SeccompProfile) -> None:
        self.source = source
        self.profile = profile
        self.problems: list[Field[Problem]] = []

    def problem(self, node: Node, kind: str, key: str, why: str, *, stops: bool = True, instead: str = "") -> None:
        """Keeps what the runtime does not take as it was meant; ``instead`` is the word that was meant."""
        right = json.dumps(instead) if instead else ""
        self.problems.append(Field(key, Problem(kind, key, why, stops=stops, instead=right), node.place(self.source)))

    def read(self, node: Node) -> None:
        """The whole profile."""
        profile = self.profile
        if isinstance(node, Mapping):
            self.action(node)
            self.architectures(node)
            self.rules(node)
        else:
            self.problem(node, "type", "profile", f"a {type_name(node)} where a profile must be an object")
            why = "the file holds no profile"
            profile.default_action = Field.unknown("default_action", profile.place, why, written=True)
            profile.rules = Field.unknown("rules", profile.place, why, written=True)
        if self.problems:
            profile.problems = Field("problems", tuple(self.problems), self.problems[0].place)

    def action(self, node: Mapping) -> None:
        """The default action."""
        entry = fold_entry(node, "defaultAction")
        if entry is None or is_null(entry.value):
            if items_of(fold(node, "syscalls")):
                self.problem(node, "value", "defaultAction", "there is no defaultAction, a container does not start")
                why = "the profile has no default action"
                self.profile.default_action = Field.unknown("default_action", self.profile.place, why)
            return
        place = entry.value.place(self.source)
        word = self.action_word(entry.value, "defaultAction")
        if word is None:
            why = "the default action is no word that the runtime knows"
            self.profile.default_action = Field.unknown("default_action", place, why, written=True)
        else:
            self.profile.default_action = Field("default_action", word, place)

    def action_word(self, node: Node, key: str) -> str | None:
        """An action without its prefix; None (and a problem) for a word that is none."""
        text = text_of(node)
        if text is None:
            self.problem(node, "type", key, f"{key}: a {type_name(node)} where a string must be")
            return None
        word = text.removeprefix("SCMP_ACT_").lower()
        if not text.startswith("SCMP_ACT_") or word not in ACTIONS or text != text.upper():
            why = f"{text!r} is no action, a container does not start"
            self.problem(node, "value", key, why, instead=_upper(text, "SCMP_ACT_", ACTIONS))
            return None
        return word

    def architectures(self, node: Mapping) -> None:
        """``architectures``, or Docker's ``archMap``."""
        plain, mapped = fold_entry(node, "architectures"), fold_entry(node, "archMap")
        words: list[Field[str]] = []
        if plain is not None and not is_null(plain.value):
            words += [Field("architectures", text, at.place(self.source)) for text, at in texts(plain.value)]
        if mapped is not None and not is_null(mapped.value):
            if words and items_of(mapped.value):
                why = "architectures and archMap exclude each other, a container does not start"
                self.problem(mapped.key, "exclusive", "archMap", why)
            for item in items_of(mapped.value):
                at = fold(item, "architecture")
                text = text_of(at)
                if at is not None and text is not None:
                    words.append(Field("architectures", text, at.place(self.source)))
                for sub, sub_at in texts(fold(item, "subArchitectures")):
                    words.append(Field("architectures", sub, sub_at.place(self.source)))
        entry = plain or mapped
        if entry is not None:
            self.profile.architectures = Field("architectures", tuple(words), entry.key.place(self.source))

    def rules(self, node: Mapping) -> None:
        """``syscalls``."""
        entry = fold_entry(node, "syscalls")
        if entry is None or is_null(entry.value):
            return
        place = entry.key.place(self.source)
        if not isinstance(entry.value, Sequence):
            why = f"syscalls: a {type_name(entry.value)} where a list must be"
            self.problem(entry.value, "type", "syscalls", why)
            self.profile.rules = Field.unknown("rules", place, why, written=True)
            return
        fields = [field for item in items_of(entry.value) if (field := self.rule(item)) is not None]
        self.profile.rules = Field("rules", tuple(fields), place)

    def rule(self, node: Node) -> Field[SyscallRule] | None:
        """One group of calls; unknown where its action or its conditions cannot be read."""
        if not isinstance(node, Mapping):
            self.problem(node, "type", "syscalls", f"a {type_name(node)} where an object must be")
            return None
        place = node.place(self.source)
        names = self.names(node)
        action_node = fold(node, "action")
        action = self.action_word(action_node, "action") if action_node is not None else None
        if action_node is None:
            self.problem(node, "value", "action", "a group of calls has no action, a container does not start")
        if action is None:
            return Field.unknown("rules", place, "a group of calls has no action that the runtime knows", written=True)
        conditions = self.conditions(node)
        includes, excludes = fold(node, "includes"), fold(node, "excludes")
        rule = SyscallRule(
            names,
            action,
            conditions,
            caps=_caps(includes),
            no_caps=_caps(excludes),
            arches=_words(includes, "arches"),
            no_arches=_words(excludes, "arches"),
            kernel=self.kernel(includes),
            before_kernel=self.kernel(excludes),
        )
        return Field("rules", rule, place)

    def names(self, node: Mapping) -> tuple[str, ...]:
        """``names``, or the ``name`` of old profiles."""
        found = list(texts(fold(node, "names")))
        single = fold(node, "name")
        text = text_of(single)
        if single is not None and text:
            if found:
                self.problem(
                    single, "exclusive", "name", "name and names exclude each other, a container does not start"
                )
            found = [(text, single)]
        if not found:
            self.problem(node, "value", "names", "a group names no calls", stops=False)
        for name, at in found:
            if name not in known():
                why = f"{name!r} is no system call of Linux, the runtime ignores it"
                self.problem(at, "unknown", name, why, stops=False, instead=kernel_name(name))
        return tuple(name for name, _ in found)

    def conditions(self, node: Mapping) -> tuple[Condition, ...]:
        """``args``."""
        conditions = []
        for item in items_of(fold(node, "args")):
            word = text_of(fold(item, "op")) or ""
            operator = _OPERATORS.get(word)
            index, value = int_of(fold(item, "index")) or 0, int_of(fold(item, "value")) or 0
            if operator is None:
                at = fold(item, "op") or item
                right = _upper(word, "SCMP_CMP_", {one.removeprefix("SCMP_CMP_").lower() for one in _OPERATORS})
                self.problem(at, "value", "op", f"{word!r} is no operator, a container does not start", instead=right)
                operator = "?"
            other = int_of(fold(item, "valueTwo")) or 0
            mask = operator == "&=="
            conditions.append(Condition(index, operator, other, value) if mask else Condition(index, operator, value))
        return tuple(conditions)

    def kernel(self, node: Node | None) -> tuple[int, int] | None:
        """``minKernel``."""
        at = fold(node, "minKernel")
        if at is None:
            return None
        text = text_of(at)
        match = _KERNEL.fullmatch(text or "")
        if match:
            return int(match[1]), int(match[2])
        if text != "":
            why = "minKernel must be a text of the form 4.8, a container does not start"
            written = at.text if isinstance(at, Scalar) and not at.style else ""
            right = written if _KERNEL.fullmatch(written) else ""
            self.problem(at, "value", "minKernel", why, instead=right)
        return None


def _upper(text: str, prefix: str, words: Collection[str]) -> str:
    """A word in the form that libseccomp takes, if it is one but for its case and its prefix; else empty."""
    word = text.strip().lower().removeprefix(prefix.lower())
    return f"{prefix}{word.upper()}" if word in words else ""


def kernel_name(name: str) -> str:
    """The kernel's name of a call, where one of the C library or of its entry point is written; else empty."""
    word = name.strip().lower().replace("-", "_")
    for prefix in ("__x64_sys_", "__nr_", "sys_", "scmp_sys_"):
        word = word.removeprefix(prefix)
    word = _LIBRARY.get(word, word)
    return word if word in known() else ""


def _caps(node: Node | None) -> frozenset[str]:
    return frozenset(normal(text) for text, _ in texts(fold(node, "caps")))


def _words(node: Node | None, name: str) -> frozenset[str]:
    return frozenset(text for text, _ in texts(fold(node, name)))
