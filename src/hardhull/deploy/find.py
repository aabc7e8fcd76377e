"""The real containers of a workload, and those that live in their namespaces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.deploy.replace import SHARED, aside, inspected
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import APIClient

    from hardhull.run.target import Target

SERVICE = "com.docker.compose.service"
FILES = "com.docker.compose.project.config_files"
FOLDER = "com.docker.compose.project.working_dir"
ONE_OFF = "com.docker.compose.oneoff"
SWARM = "com.docker.swarm.service.id"
KUBELET = "io.kubernetes.pod.name"


class Real(NamedTuple):
    """A container that runs.

    Attributes:
        name: without the slash.
        answer: ``docker inspect`` of it.
        shares: whether it is here because it lives in a namespace of another one.
    """

    name: str
    answer: dict[str, Any]
    shares: bool = False

    @property
    def grace(self) -> int:
        """Seconds that it may take to stop."""
        return int(self.answer["Config"].get("StopTimeout") or 10)


def real(client: APIClient, target: Target) -> list[Real]:
    """The running containers of a workload, each followed by those that live in its namespaces.

    Raises:
        CannotRunError: there are none, or they cannot be made anew here.
    """
    what = f"{target.subject.subject} is not deployed"
    found = [Real(str(each["Name"]).lstrip("/"), each) for each in _named(client, target)]
    if not found:
        why, how = "no container of it runs on this engine", "start it first, as you do; then deploy"
        raise CannotRunError(Refusal(what, why, how))
    every = [one for each in found for one in (each, *sharing(client, each))]
    for each in every:
        why = hindrance(client, each)
        if why:
            raise CannotRunError(Refusal(what, f"{each.name} {why}", "roll it out by what started it"))
    return list({each.name: each for each in every}.values())


def _named(client: APIClient, target: Target) -> Iterator[dict[str, Any]]:
    """``docker inspect`` of the containers that Compose, or a name, says are of the workload."""
    subject = target.subject
    if subject.syntax == "compose":
        file = (target.root / target.path).resolve()
        for each in client.containers(filters={"label": f"{SERVICE}={subject.name}"}):
            labels = each.get("Labels") or {}
            if labels.get(ONE_OFF, "False").lower() != "true" and file in _files(labels):
                yield client.inspect_container(each["Id"])
        return
    if subject.syntax != "docker-run":
        why = f"a workload in the syntax {subject.syntax} is not made anew by hand"
        how = "only compose services and `docker run` lines are; apply the files by what reads them"
        raise CannotRunError(Refusal(f"{subject.subject} is not deployed", why, how))
    name = subject.container_name.get(None)
    if not name:
        why = "its line gives it no name, so nobody can tell which container is its"
        raise CannotRunError(Refusal(f"{subject.subject} is not deployed", why, "give it a --name"))
    answer = inspected(client, name)
    if answer is not None and answer["State"]["Running"]:
        yield answer


def _files(labels: dict[str, str]) -> set[Path]:
    folder = Path(labels.get(FOLDER, "/"))
    return {(folder / part).resolve() for part in labels.get(FILES, "").split(",") if part}


def sharing(client: APIClient, host: Real) -> Iterator[Real]:
    """Containers that live in a namespace of this one: it goes with it."""
    ident = f"container:{host.answer['Id']}"
    for each in client.containers():
        answer: dict[str, Any] = client.inspect_container(each["Id"])
        if any(answer["HostConfig"].get(key) == ident for key in SHARED):
            yield Real(str(answer["Name"]).lstrip("/"), answer, shares=True)


def hindrance(client: APIClient, each: Real) -> str:
    """Why a container cannot be made anew here, as what follows its name; empty where it can."""
    labels = each.answer["Config"].get("Labels") or {}
    if SWARM in labels or KUBELET in labels:
        return "belongs to an orchestrator, which would make it anew as it was"
    if each.answer["HostConfig"].get("AutoRemove"):
        return "is removed when it stops (--rm)"
    if inspected(client, aside(each.name)) is not None:
        return f"has an old one beside it ({aside(each.name)}), of a deployment that was not ended"
    return ""
