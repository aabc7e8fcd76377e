"""The probe: a container of one small program that shows what an engine really gives to containers."""

from __future__ import annotations

import io
import platform
import tarfile
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.hosts.proc import lines
from hardhull.prove.drills.helper import program
from hardhull.run.owner import MACHINE, OWNER, PART, current, dead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import APIClient

IMAGE = "hardhull-probe:latest"
ROLE = "engine-probe"
PORT = 8000
SECONDS = 10.0
"""For the program to listen once its container has started; it takes milliseconds."""
_LISTENS = f":{PORT:04X}"


class ProbeError(Exception):
    """The engine started, but this container did not; the message is the engine's own reason."""


class Probe(NamedTuple):
    """A running probe.

    Attributes:
        answer: ``docker inspect`` of it.
        proc: the folder of its process, as it is seen from here.
        root: the root folder of its engine, likewise.
    """

    answer: dict[str, Any]
    proc: str
    root: str

    @property
    def address(self) -> str:
        """Its address in the first network."""
        networks = self.answer["NetworkSettings"]["Networks"] or {}
        return next((str(each["IPAddress"]) for each in networks.values() if each.get("IPAddress")), "")


def bring_image(client: APIClient) -> str:
    """Gives the engine the probe's image; returns its id.

    Raises:
        ProbeError: there is no program for this machine, or the engine does not take the image.
    """
    from docker.errors import DockerException

    data = program(platform.machine())
    if data is None:
        raise ProbeError(f"there is no probe for the architecture {platform.machine()}")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as files:
        entry = tarfile.TarInfo("helper")
        entry.size, entry.mode = len(data), 0o755
        files.addfile(entry, io.BytesIO(data))
    name, _, tag = IMAGE.partition(":")
    try:
        client.import_image_from_data(out.getvalue(), name, tag)
        return str(client.inspect_image(IMAGE)["Id"])  # type: ignore[no-untyped-call]
    except DockerException as error:
        raise ProbeError(_said(error)) from None


def start(
    client: APIClient, root: str, host: Mapping[str, Any] | None = None, config: Mapping[str, Any] | None = None
) -> Probe:
    """Starts one probe and waits until its program works.

    Args:
        client: the engine.
        root: the engine's root folder as it is seen from here; empty for this one.
        host: settings of the HostConfig.
        config: settings beside it, such as the user.

    Raises:
        ProbeError: it does not start, or its program does not run.
    """
    from docker.errors import APIError
    from requests.exceptions import RequestException

    owner = current()
    body: dict[str, Any] = {
        "Image": IMAGE, "Entrypoint": ["/helper"], "Cmd": [f"--listen={PORT}"], "Tty": False,
        "Labels": owner.labels("engine", ROLE), "HostConfig": {"CapDrop": ["ALL"], **(host or {})},
        "ExposedPorts": {f"{PORT}/tcp": {}}, **(config or {}),
    }  # fmt: skip
    try:
        made = client.create_container_from_config(body)  # type: ignore[no-untyped-call]
        client.start(made["Id"])
        return _working(client, root, str(made["Id"]))
    except (APIError, RequestException) as error:
        raise ProbeError(_said(error)) from None


def _working(client: APIClient, root: str, ident: str) -> Probe:
    end = time.monotonic() + SECONDS
    while True:
        answer: dict[str, Any] = client.inspect_container(ident)
        state = answer["State"]
        if not state["Running"]:
            why = state.get("Error") or f"its program ended with code {state['ExitCode']}"
            raise ProbeError(f"a container starts and ends at once: {why}")
        proc = f"{root}/proc/{state['Pid']}"
        if any(
            row.split()[1].endswith(_LISTENS) and row.split()[3] == "0A"
            for name in ("tcp", "tcp6")
            for row in lines(f"{proc}/net/{name}")[1:]
        ):
            return Probe(answer, proc, root)
        if time.monotonic() > end:
            raise ProbeError("a container starts, but its program does not come to run")
        time.sleep(0.02)


def clear(client: APIClient, *, all_of_them: bool = False) -> None:
    """Removes probes: those of this process and of dead ones, and the image when nobody needs it."""
    from contextlib import suppress

    from docker.errors import APIError

    here = current()
    others = False
    for one in client.containers(all=True, filters={"label": [f"{PART}={ROLE}"]}):
        labels = one.get("Labels") or {}
        mine = labels.get(OWNER) == f"{here.pid} {here.started}" and labels.get(MACHINE) == here.machine
        if all_of_them or mine or dead(labels, here):
            with suppress(APIError):
                client.remove_container(one["Id"], force=True)
        else:
            others = True
    if not others:
        with suppress(APIError):
            client.remove_image(IMAGE, force=True)


def _said(error: Exception) -> str:
    """The engine's own words."""
    return str(getattr(error, "explanation", None) or type(error).__name__).strip()[:400]
