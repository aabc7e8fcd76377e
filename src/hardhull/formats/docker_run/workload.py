"""From one command line to a :class:`Workload`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run.fields import Fields
from hardhull.formats.docker_run.health import combine
from hardhull.formats.docker_run.line import REFERENCE, RunLine, program_of
from hardhull.formats.docker_run.options import ONLY_ENGINE_HAS, run_table, service_table
from hardhull.formats.docker_run.table import take
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Iterator


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RUN = _names(
    "build depends_on profiles readiness startup service_account automount_token run_as_non_root configs secrets"
    " replicas cpu_reservation"
)
_SERVICE = _names(
    "build depends_on profiles readiness startup service_account automount_token run_as_non_root privileged devices"
    " device_cgroup_rules no_new_privileges seccomp apparmor selinux unmasked_paths userns pid ipc uts cgroupns"
    " cgroup_parent runtime_name memory_swap cpu_shares block_io shm_size storage oom_kill_disable links publish_all"
    " expose platform pull_policy container_name remove stdin_open annotations"
)
CANNOT = {"docker": _RUN, "nerdctl": _RUN, "podman": _RUN - {"secrets"}, "swarm": _SERVICE}
"""Fields that a command line has no words for, by who obeys it; what no option of the tables above sets."""


def workload_of(line: RunLine, syntax: str = "docker-run", *, from_docs: bool = False) -> Workload:
    """The container that a command line starts.

    Args:
        line: the command line.
        syntax: what the text around it is: ``docker-run``, ``systemd``.
        from_docs: whether it stands in documentation.
    """
    service = line.verb == "service create"
    runtime = "swarm" if service else line.program
    fields = Fields(line.program)
    switches = (service_table() if service else run_table(line.program)).flags
    for option in line.options:
        take(fields, option, flag=option.name in switches)
    combine(fields)
    fields.close_lists(line.open)
    name = _name(line, fields)
    if service:
        fields.fields.pop("container_name", None)
    workload = Workload(
        name,
        f"{'service' if service else f'{line.program} {line.verb}'} {name}",
        syntax,
        line.place,
        runtime="docker" if runtime == "nerdctl" else runtime,
        cannot=CANNOT[runtime],
        absent_unknown=line.open,
        from_docs=from_docs,
    )
    workload.fields.update(fields.fields)
    workload.unread = fields.unread + [Field("unread", word.text.partition("=")[0], word.place) for word in line.odd]
    _image(workload, line)
    hollow = tuple(_hollow(line))
    if hollow:
        workload.hollow = Field("hollow", hollow, hollow[0].place)
    return workload


def _image(workload: Workload, line: RunLine) -> None:
    image = line.image
    if image is None:
        workload.image = Field.unknown("image", line.place, line.open or "no image is named", written=True)
        return
    if line.odd:  # the value of an option that is not known looks like an image
        workload.image = Field.unknown("image", image.place, line.open or "", written=True)
    elif image.known and REFERENCE.fullmatch(image.text):
        workload.image = Field("image", image.text, image.place)
    elif image.known:
        workload.image = Field.unknown("image", image.place, "it is no image reference", written=True)
    else:
        workload.image = Field.unknown("image", image.place, image.why, written=True)
    command = line.command
    if not command:
        return
    unknown = next((word.why for word in command if not word.known), None)
    if unknown is None:
        workload.command = Field("command", tuple(word.text for word in command), command[0].place)
    else:
        workload.command = Field.unknown("command", command[0].place, unknown, written=True)


def _name(line: RunLine, fields: Fields) -> str:
    """The container's name, else that of the image without registry and tag.

    What stands where the image should be, and is none, is not quoted: it may be anything, on several lines.
    """
    field = fields.fields.get("container_name")
    if field is not None and field.known and field.value:
        return str(field.value)
    if line.image is None:
        return "container"
    if not line.image.known:
        return line.image.place.text.partition("\n")[0].strip("\"' \t\r\\")[:60] or "container"
    if not REFERENCE.fullmatch(line.image.text):
        return "container"
    last = line.image.text.rpartition("/")[2]
    return last.partition("@")[0].partition(":")[0] or "container"


def _hollow(line: RunLine) -> Iterator[Field[str]]:
    """Options of the engine that stand behind the image, where they are arguments of the container's command.

    Only where the command begins with an option, so that nobody's own ``--volume`` is mistaken for one, and not where
    the container itself runs an engine.
    """
    words = line.command
    if not words or not words[0].text.startswith("--") or any(program_of(word) for word in words):
        return
    for word in words:
        option = word.text.partition("=")[0]
        if option[:2] == "--" and option[2:] in ONLY_ENGINE_HAS:
            why = f"{option} has no effect behind the image: it is an argument of the container's command"
            yield Field("hollow", why, word.place)


def open_because(line: RunLine, why: str) -> RunLine:
    """The same line, with a reason why more options may follow (the text around it could not be read on)."""
    return line if line.open else line._replace(open=why)
