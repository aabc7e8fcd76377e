"""A container as the text that makes it: a ``docker run`` line, or a service of Compose.

Both are written by the writers that also fix such texts, field by field, from what the create body says; so what they
cannot say is known, and told.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.parts import EnvVar, Healthcheck
from hardhull.facts.workload import Workload
from hardhull.formats.compose.project import read_project
from hardhull.formats.docker_run.write import options_for
from hardhull.formats.writing import write
from hardhull.model.change import Add, SetTo
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID: Final = frozenset({"image", "command", "entrypoint", "container_name", "stdin_open", "tty", "detach", "remove"})
"""Fields that a command line says in its own place."""
USUAL: Final = {"runtime_name": "runc", "log_driver": "json-file", "shm_size": 64 << 20, "ipc": "private"}
"""What the engine writes into a container where nobody chose."""


def changes(workload: Workload) -> Iterator[SetTo | Add]:
    """What makes an empty workload this one."""
    for name, field in workload.fields.items():
        if not field.known or USUAL.get(name) == field.value or field.value == getattr(Workload, name).default:
            continue
        items: Any = field.value
        if isinstance(items, tuple) and items and hasattr(items[0], "known"):
            yield from (Add(name, each.value) for each in items if each.known)
        elif field.written:
            yield SetTo(name, field.value)


def without_secrets(workload: Workload) -> Iterator[SetTo | Add]:
    """The same; variables that look like secrets get their value from whoever runs the text."""
    for change in changes(workload):
        if isinstance(change, Add) and isinstance(change.item, EnvVar) and _is_secret(change.item):
            yield Add("env", change.item._replace(value=None, raw="", source="host"))
        else:
            yield change


def _is_secret(variable: EnvVar) -> bool:
    said = f"{variable.name}={variable.value}"
    return redact(said) != said


def as_run(workload: Workload) -> tuple[str, list[str]]:
    """A ``docker run`` line, and what it cannot say; a health check without a shell gets one."""
    words, left = ["docker", "run", "--detach", f"--name={shlex.quote(workload.name)}"], []
    for change in without_secrets(workload):
        if change.field in SAID:
            continue
        if isinstance(change, Add) and isinstance(change.item, EnvVar) and change.item.value is None:
            words.append(f"-e {shlex.quote(change.item.name)}")
            continue
        said = options_for(workload, _in_a_shell(change))
        words.append(said)
        if not said:
            left.append(change.field)
    if workload.tty.get(False):
        words.append("--tty")
    if workload.stdin_open.get(False):
        words.append("--interactive")
    entry = workload.entrypoint.get(None) or ()
    if entry:
        words.append(f"--entrypoint={shlex.quote(entry[0])}")
    end = [str(workload.image.get("")), *entry[1:], *(workload.command.get(None) or ())]
    options = [word for word in words[4:] if word]
    lines = [" ".join(words[:4]), *(f"  {word}" for word in options), f"  {shlex.join(end)}"]
    return " \\\n".join(lines) + "\n", left


def _in_a_shell(change: SetTo | Add) -> SetTo | Add:
    """A command line knows only health checks for a shell."""
    check = change.value if isinstance(change, SetTo) else None
    if isinstance(check, Healthcheck) and check.test and check.test[0] == "CMD":
        return SetTo("healthcheck", check._replace(test=("CMD-SHELL", shlex.join(check.test[1:]))))
    return change


def as_compose(workload: Workload) -> tuple[str, list[str]]:
    """A service of Compose with the networks and volumes that are there, and what it cannot say."""
    name = re.sub(r"[^a-zA-Z0-9._-]", "-", workload.name)
    text = f"services:\n  {name}:\n    image: {workload.image.get('')}\n    container_name: {workload.name}\n"
    text += _outside(workload)
    left = []
    for change in (_escaped(each) for each in without_secrets(workload)):
        if change.field in {"image", "container_name"}:
            continue
        source = Source("compose.yaml", text.encode())
        (service,) = read_project([source], lambda _: None).workloads
        drafts = Drafts()
        try:
            write(service, [change], drafts)
            text = drafts.of(source).result().decode()
        except UnwritableError:
            left.append(change.field)
    if workload.networks.get(()):  # the writer keeps what the service had: the project's own network
        text = text.replace("\n    networks:\n      default:\n", "\n    networks:\n", 1)
    return text, left


def _escaped(change: SetTo | Add) -> SetTo | Add:
    """Compose puts variables in the place of what begins with a dollar; two of them stand for one."""
    if isinstance(change, Add) and isinstance(change.item, EnvVar):
        value = change.item.value
        raw = f"${{{change.item.name}:?}}" if value is None else value.replace("$", "$$")
        return Add("env", change.item._replace(raw=raw))
    return change


def _outside(workload: Workload) -> str:
    """Networks and volumes that the engine has already, which Compose is to use and not to make."""
    networks = [each.value.name for each in workload.networks.get(()) if each.known]
    mounts = [each.value for each in workload.mounts.get(()) if each.known]
    volumes = [each.source for each in mounts if each.kind == "volume"]
    out = ""
    for key, names in (("networks", networks), ("volumes", volumes)):
        wanted = [name for name in dict.fromkeys(names) if name]
        if wanted:
            out += f"{key}:\n" + "".join(f"  {name}:\n    external: true\n" for name in wanted)
    return out
