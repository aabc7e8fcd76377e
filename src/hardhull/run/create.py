"""Workloads as what a world makes of them: create bodies, volumes, networks, and the order in which they start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.parts import Dependency
from hardhull.run.body import Body
from hardhull.run.fittings import Placed, Volume, fitted, has_token
from hardhull.run.logs import hiding
from hardhull.run.refusal import CannotRunError
from hardhull.run.refuse import HARMLESS, refusals
from hardhull.run.settings import Adapted
from hardhull.run.written import items, refused, value
from hardhull.text.secret_names import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload
    from hardhull.run.refusal import Refusal
    from hardhull.run.settings import Settings

STARTED, HEALTHY, COMPLETED = "service_started", "service_healthy", "service_completed_successfully"


class Container(NamedTuple):
    """One container of a world.

    Attributes:
        workload: what it is made from.
        key: its name in the world.
        images: names of its image; the first that the engine has counts.
        body: of the create call, without what only the world knows.
        volumes: what it mounts has to be made.
        placed: where that goes.
        networks: of the world, with the names it has in each.
        joins: the container whose network it uses; empty for its own.
        after: what has to be started, healthy or completed before it.
        ports: every port it is known to listen on (``80/tcp``), with the host's port that the file publishes it as.
        adapted: what is another way than the file says.
        hidden: secrets that it is given; nothing that is said is shown with them.
    """

    workload: Workload
    key: str
    images: tuple[str, ...]
    body: dict[str, Any]
    volumes: tuple[Volume, ...] = ()
    placed: tuple[Placed, ...] = ()
    networks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    joins: str = ""
    after: tuple[Dependency, ...] = ()
    ports: tuple[tuple[str, str], ...] = ()
    adapted: tuple[Adapted, ...] = ()
    hidden: tuple[str, ...] = ()


def needed(subject: Workload, among: Sequence[Workload], others: Sequence[Workload] = ()) -> list[Workload]:
    """The workload and others with all that they depend on: services they wait for, link to or join, and their pods."""
    found = [subject, *(one for one in others if one is not subject)]
    for each in found:
        names = set(_depended(each))
        found += [one for one in among if one not in found and (one.name in names or _same_pod(one, each))]
    return [one for one in among if one in found] if subject in among else found


def prepare(workloads: Sequence[Workload], settings: Settings) -> list[Container]:
    """What is made of workloads that run together, in the order of their start.

    Raises:
        CannotRunError: something cannot be run, with every reason that was found.
    """
    reasons: list[Refusal] = []
    containers: list[Container] = []
    pods = _pods(workloads)
    for workload in workloads:
        try:
            found = [*refusals(workload, settings), *_devices(workload, settings), *_absent(workload, workloads)]
            if found:
                raise CannotRunError(*found)  # noqa: TRY301  the reasons of all are told together
            containers.append(_container(workload, pods, settings))
        except CannotRunError as error:
            reasons += [one for one in error.refusals if one not in reasons]
    if reasons:
        raise CannotRunError(*reasons)
    return _ordered([_linked(one, workloads) for one in containers])


def _linked(container: Container, workloads: Sequence[Workload]) -> Container:
    """With the names that links of others give it (``db:database``)."""
    links = [link.partition(":") for one in workloads for link in items(one, "links")]
    more = [alias for name, _, alias in links if alias and name == container.key]
    networks = tuple((name, tuple(dict.fromkeys((*names, *more)))) for name, names in container.networks)
    return container._replace(networks=networks)


def _depended(workload: Workload) -> Iterator[str]:
    for dependency in items(workload, "depends_on"):
        yield dependency.service
    for link in items(workload, "links"):
        yield link.partition(":")[0]
    joined = _joined(workload)
    if joined:
        yield joined


def _joined(workload: Workload) -> str:
    mode = value(workload, "network_mode") or ""
    return mode.removeprefix("service:") if mode.startswith("service:") else ""


def _absent(workload: Workload, workloads: Sequence[Workload]) -> Iterator[Refusal]:
    names = {one.name for one in workloads}
    for name in dict.fromkeys(_depended(workload)):
        if name not in names:
            yield refused(workload, f"it depends on {name}, which is not there", f"run it together with {name}")


def _devices(workload: Workload, settings: Settings) -> Iterator[Refusal]:
    for device in items(workload, "devices"):
        if not os.path.exists(device.host):  # noqa: PTH110  a word of the file, perhaps no path at all
            yield refused(workload, f"this machine has no device {device.host}", "run it on a machine that has it")
        elif device.host not in HARMLESS and "devices" not in settings.allow:
            yield refused(workload, f"{device.host} is a device of this machine", "allow `devices`", "devices")


def _same_pod(one: Workload, other: Workload) -> bool:
    return one.runtime == other.runtime == "kubernetes" and _object(one) == _object(other)


def _object(workload: Workload) -> tuple[str, int]:
    """The object of a manifest that a container stands in: where the object's kind is written."""
    place = workload.controller.place
    return place.source.path, place.span.start


def _pods(workloads: Sequence[Workload]) -> dict[int, list[Workload]]:
    """The containers of each pod in the order of their start; by the identity of each container."""
    roles = {"init": 0, "sidecar": 0}
    pods: dict[int, list[Workload]] = {}
    for workload in workloads:
        if workload.runtime == "kubernetes":
            same = [one for one in workloads if _same_pod(one, workload)]
            pods[id(workload)] = sorted(same, key=lambda one: roles.get(one.role.get("app"), 1))
    return pods


def _container(workload: Workload, pods: dict[int, list[Workload]], settings: Settings) -> Container:
    pod = pods.get(id(workload), [])
    group = "pod-" + "-".join(one.name for one in pod) if pod else workload.name
    body = Body(workload, settings)
    body.write()
    fittings = fitted(workload, workload.name, group, settings)
    if fittings.tmpfs:
        body.host["Tmpfs"] = fittings.tmpfs
    adapted = [*body.adapted, *fittings.adapted]
    if has_token(workload):
        adapted.append(Adapted("it has no service account token", "there is no cluster"))
    if (value(workload, "replicas") or 1) > 1:
        adapted.append(Adapted("one of its replicas runs", "a run has one of each"))
    adapted += [Adapted(f"the key {one.get('')} is not obeyed", "it is not known here") for one in workload.unread]
    joins = _joined(workload) or _pod_head(workload, pod)
    return Container(
        workload,
        workload.name,
        _images(workload),
        body.plain,
        tuple(fittings.volumes.values()),
        tuple(fittings.placed),
        () if joins else _networks(workload),
        joins,
        _after(workload, pod),
        tuple(_ports(workload)),
        tuple(adapted),
        hiding((*body.hidden, *fittings.hidden, *_secrets(workload, settings))),
    )


def _secrets(workload: Workload, settings: Settings) -> Iterator[str]:
    """Values of variables whose name, or whose source, says that they are secret."""
    for variable in items(workload, "env"):
        if variable.source == "secret" or role_of(variable.name):
            yield settings.env.get(variable.name) or variable.value or ""


def _images(workload: Workload) -> tuple[str, ...]:
    image = value(workload, "image")
    names = (image,) if image else tuple(value(workload, "built_as"))
    if not names:
        raise CannotRunError(refused(workload, "it names no image", "build it, and name the image in the file"))
    return names


def _pod_head(workload: Workload, pod: list[Workload]) -> str:
    """The first container of a pod that goes on: the others use its network. Init containers end before."""
    lasting = [one for one in pod if one.role.get("app") != "init"]
    if not lasting or workload is lasting[0] or workload not in lasting:
        return ""
    return lasting[0].name


def _after(workload: Workload, pod: list[Workload]) -> tuple[Dependency, ...]:
    if pod:
        before = pod[: pod.index(workload)]
        return tuple(Dependency(one.name, COMPLETED if one.role.get("app") == "init" else STARTED) for one in before)
    written = {one.service: one for one in items(workload, "depends_on")}
    return tuple({**{name: Dependency(name) for name in _depended(workload)}, **written}.values())


def _networks(workload: Workload) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Networks of the world by the file's names; who has none of its own is on the one they share."""
    mode = value(workload, "network_mode")
    if mode in {"none", "host"}:
        return ()
    own = [value(workload, "container_name"), value(workload, "hostname")]
    names = tuple(dict.fromkeys((workload.name, *(name for name in own if name))))
    joined = items(workload, "networks")
    if not joined:
        return (("default", names),)
    return tuple((one.name, tuple(dict.fromkeys((*names, *one.aliases)))) for one in joined)


def _ports(workload: Workload) -> Iterator[tuple[str, str]]:
    """``80/tcp`` and the host's port; ranges port by port, at most 64 of each."""
    seen = set()
    for port in items(workload, "ports"):
        for pair in _pairs(port):
            seen.add(pair[0])
            yield pair
    for text in value(workload, "expose"):
        number, _, protocol = text.partition("/")
        name = f"{number}/{protocol or 'tcp'}"
        if number.isdigit() and name not in seen:
            yield name, ""


def _pairs(port: Port) -> Iterator[tuple[str, str]]:
    inside, outside = _range(port.container), _range(port.host or "")
    for index, number in enumerate(inside[:64]):
        yield f"{number}/{port.protocol}", str(outside[index]) if len(outside) == len(inside) else ""


def _range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        return []
    return list(range(int(first), int(last or first) + 1))[:64]


def _ordered(containers: list[Container]) -> list[Container]:
    """Each behind what it waits for.

    Raises:
        CannotRunError: they wait for each other.
    """
    waiting, done, out = list(containers), set[str](), list[Container]()
    while waiting:
        ready = [one for one in waiting if {*(each.service for each in one.after), one.joins} - {""} <= done]
        if not ready:
            names = ", ".join(one.key for one in waiting)
            why = f"they wait for each other ({names})"
            raise CannotRunError(refused(waiting[0].workload, why, "take one out of depends_on"))
        out += ready
        done |= {one.key for one in ready}
        waiting = [one for one in waiting if one not in ready]
    return out
