"""``SecurityOpt``, and paths of /proc that are no longer masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.seccomp import SeccompProfile
from hardhull.formats.jsonread import fold_entry, is_null, items_of, text_of
from hardhull.formats.seccomp import read_text
from hardhull.model.field import Field
from hardhull.text.errors import UnreadableError
from hardhull.text.nodes import Sequence

if TYPE_CHECKING:
    from hardhull.formats.engine_api.setter import Setter
    from hardhull.model.source import Place
    from hardhull.text.nodes import Node


def read_security(setter: Setter, host: Node) -> None:
    """Fills what the security options say. The engine splits at ``=``, else at ``:``."""
    entry = fold_entry(host, "SecurityOpt")
    labels: list[Field[str]] = []
    for node in items_of(entry.value if entry else None):
        text = text_of(node)
        if text is not None:
            _option(setter, text, setter.place(node), labels)
    if entry is not None and labels:
        setter.items("selinux", entry, labels)
    masked = fold_entry(host, "MaskedPaths")
    if masked is not None and isinstance(masked.value, Sequence) and not masked.value.items:
        setter.put("unmasked_paths", True, setter.place(masked.value))
    elif masked is not None and is_null(masked.value):
        setter.put("unmasked_paths", False, setter.place(masked.value), written=False)


def _option(setter: Setter, text: str, place: Place, labels: list[Field[str]]) -> None:
    separator = "=" if "=" in text.partition("{")[0] else ":"
    name, found, value = text.partition(separator)
    if name == "no-new-privileges":
        _no_new_privileges(setter, value if found else "true", place)
    elif name == "seccomp":
        _seccomp(setter, value, place)
    elif name == "apparmor":
        setter.put("apparmor", value, place)
    elif name == "label":
        labels.append(Field("selinux", value, place))
    elif (name, value) == ("systempaths", "unconfined"):
        setter.put("unmasked_paths", True, place)
    else:
        setter.workload.unread.append(Field("unread", name, place))


def _no_new_privileges(setter: Setter, value: str, place: Place) -> None:
    """A word that Go's ``ParseBool`` takes."""
    word = value.lower()
    if word in {"true", "t", "1", "false", "f", "0"}:
        setter.put("no_new_privileges", word in {"true", "t", "1"}, place)
    else:
        why = f"{value!r} is neither true nor false"
        setter.workload.fields["no_new_privileges"] = Field.unknown("no_new_privileges", place, why, written=True)


def _seccomp(setter: Setter, value: str, place: Place) -> None:
    """``unconfined``, ``builtin``, or the profile itself: the client sends the file's content."""
    if not value.lstrip().startswith("{"):
        setter.put("seccomp", "default" if value == "builtin" else value, place)
        return
    setter.put("seccomp", "the profile in the file", place)
    try:
        inline = read_text(value)
    except UnreadableError as error:
        why = f"the profile in the file cannot be read: {error.why}"
        setter.workload.fields["seccomp_profile"] = Field.unknown("seccomp_profile", place, why, written=True)
        return
    setter.put("seccomp_profile", _at(inline, place), place)


def _at(inline: SeccompProfile, place: Place) -> SeccompProfile:
    """The profile with every place at the string that holds it: lines inside of it exist in no file."""
    profile = SeccompProfile(inline.subject, inline.syntax, place)
    for name, field in inline.fields.items():
        value = field.get(None)
        if isinstance(value, tuple):
            value = tuple(Field(item.name, item.get(None), place, written=item.written, why=item.why) for item in value)
        profile.fields[name] = Field(name, value, place, written=field.written, why=field.why)
    return profile
