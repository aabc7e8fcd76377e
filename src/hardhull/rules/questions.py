"""Questions that several rules about workloads ask."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING, TypeVar

from hardhull.facts.bases import find
from hardhull.facts.capabilities import DOCKER_DEFAULT, PODMAN_DEFAULT
from hardhull.facts.reference import InvalidReferenceError, parse
from hardhull.model.field import Inexpressible

if TYPE_CHECKING:
    from hardhull.facts.bases import KnownBase
    from hardhull.facts.fact import Items
    from hardhull.facts.parts import EnvVar, Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field

T = TypeVar("T")

MIB = 1024 * 1024


def known_first(items: Field[Items[T]]) -> list[Field[T]]:
    """The items of a list field, those whose value is known first.

    A rule that goes through them finds what is there before the first unknown item ends it.
    """
    found = items.value
    return sorted(found, key=_is_unknown) if found else []


def _is_unknown(item: Field[T]) -> bool:
    return not item.known


def is_privileged(workload: Workload) -> bool:
    """Whether it is privileged; False where its syntax has no word for that (Swarm).

    Raises:
        NotKnownError: nobody can know.
    """
    field = workload.privileged
    return not isinstance(field, Inexpressible) and field.value


def throwaway(workload: Workload) -> bool:
    """Whether it is a tool that somebody runs once and waits for, not a service: limits and checks are no use then.

    ``docker run`` in scripts with ``--rm`` or ``-it``, or in the foreground without ports and restart policy, and
    likewise ``docker create``, which gives an image's files to ``docker cp``; not with ``-d``, and not in a unit, where
    ``--rm`` is usual for services. In a CI pipeline everything is thrown away together with the machine. In
    documentation nobody demands anything of the lines that people try out.
    """
    if workload.syntax == "workflow":
        return True
    if workload.syntax != "docker-run" or workload.runtime == "swarm":
        return False
    if workload.from_docs or _in_pipeline(workload.place.source.path):
        return True
    if workload.detach.get(False) or workload.place.source.path.endswith(".service"):
        return False
    if workload.remove.get(False) or workload.stdin_open.get(False) or workload.tty.get(False):
        return True
    serves = workload.ports.written or workload.publish_all.get(False) or workload.restart.written
    return not serves


def _in_pipeline(path: str) -> bool:
    """Whether a file tells a CI service what to do."""
    return ".github/workflows/" in path or ".github/actions/" in path or path.endswith(".gitlab-ci.yml")


def runs_to_its_end(workload: Workload) -> bool:
    """Whether it is a container that is meant to end: a Job, an init container, a tool; restart ``no`` says so too."""
    if workload.runtime == "kubernetes":
        ends = workload.role.get("app") not in {"app", "sidecar"}
        return ends or workload.controller.get(None) in {"Job", "CronJob"} or workload.restart.get(None) == "never"
    if workload.syntax == "compose" and workload.name == "sut":  # Docker Hub's name for the service that runs the tests
        return True
    return throwaway(workload) or workload.restart.get(None) == "no" or workload.awaited.get(False)


def is_minor_of_its_pod(workload: Workload) -> bool:
    """Whether it is an init or ephemeral container: what a whole pod shares is said once, of what stays in it."""
    return workload.role.get("app") in {"init", "ephemeral"}


def default_capabilities(workload: Workload) -> frozenset[str]:
    """The capabilities that its runtime gives when nobody says otherwise (in Kubernetes: containerd)."""
    return PODMAN_DEFAULT if workload.runtime == "podman" else DOCKER_DEFAULT


def sure_capabilities(workload: Workload) -> frozenset[str]:
    """Of these, the ones that every runtime gives: in Kubernetes what both containerd and CRI-O do."""
    default = default_capabilities(workload)
    return default & PODMAN_DEFAULT - {"SETFCAP", "SYS_CHROOT"} if workload.runtime == "kubernetes" else default


def image_name(workload: Workload) -> str:
    """The image's name without tag, digest and Docker Hub's host (``grafana/grafana``); empty where it is not known."""
    image = workload.image.get(None)
    try:
        return parse(image).familiar_name if image else ""
    except InvalidReferenceError:
        return ""


def literal_value(variable: EnvVar) -> str | None:
    """The value of a variable where it stands at this very place; None where it comes from somewhere else.

    What ``${DB_PASSWORD}`` gets from a ``.env`` file beside is meant to stay out of the repository; its own default
    (``${DB_PASSWORD:-changeme}``) is not.
    """
    if variable.value is None or variable.source not in {"literal", "default", "env_file"}:
        return None
    if variable.source == "default":
        return variable.value
    return variable.value if variable.raw and "$" not in variable.raw else None


def known_base(workload: Workload) -> KnownBase | None:
    """What the table of well-known images says about the workload's image; None where it is built here or not known."""
    if workload.recipe.get(None) is not None:
        return None
    image = workload.image.get(None)
    try:
        return find(parse(image)) if image else None
    except InvalidReferenceError:
        return None


def host_path(mount: Mount) -> str | None:
    """The absolute host path behind a mount (``~`` for the home folder of whoever starts it); None for other mounts."""
    path = mount.host_root or (mount.source if mount.kind == "bind" else None)
    if path is None:
        return None
    for home in ("$HOME", "${HOME}"):
        if path.startswith(home):
            path = "~" + path.removeprefix(home)
    if not path.startswith(("/", "~")):
        return None
    clean = normpath(path)
    return clean[1:] if clean.startswith("//") else clean


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
