"""Checks of a running container: its own HEALTHCHECK, probes, a URL, commands inside and on this machine."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hardhull.run import execute
from hardhull.run.logs import shown
from hardhull.run.manifest import Pod
from hardhull.run.refusal import CannotRunError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hardhull.facts.parts import Healthcheck
    from hardhull.run.create import Container
    from hardhull.run.world import Address, World

TEXT = 4000
"""Characters of output that an outcome keeps."""
SECONDS = 10.0
HEALTH_SECONDS = 30.0
"""How long a HEALTHCHECK may take that says nothing of it (docs.docker.com/reference/dockerfile, HEALTHCHECK)."""
SHELL = "/bin/sh"


class Check(NamedTuple):
    """One question to a container.

    Attributes:
        kind: ``health`` (its HEALTHCHECK), ``inside``, ``host``, ``load`` (like ``host``, for as long as the
            container runs), ``http``, ``tcp``, or ``job`` (that it ends by itself, which nobody asks for).
        container: whom it asks; its key in the world.
        words: the command inside; the command for ``host`` and ``load``; port and path for ``http`` (and the scheme,
            if it is not http); the port for ``tcp``.
        seconds: how long an answer may take.
        judges: the container that it says something of, where it asks another one in front of it; empty for the same.
    """

    kind: str
    container: str
    words: tuple[str, ...] = ()
    seconds: float = SECONDS
    judges: str = ""

    @property
    def containers(self) -> tuple[str, ...]:
        """All that have to run for it."""
        return (self.container, self.judges) if self.judges else (self.container,)

    @property
    def title(self) -> str:
        """What it is called in messages."""
        what = {"health": "HEALTHCHECK", "inside": "command inside", "host": "command", "tcp": "port", "job": "its end"}
        return f"{what.get(self.kind, self.kind)} {' '.join(self.words)}".strip() + f" ({self.container})"


class Outcome(NamedTuple):
    """What came of a check.

    Attributes:
        check: which.
        passed: whether the container answered as it should.
        ran: False where the question could not even be asked.
        seconds: how long it took.
        code: exit code or HTTP status; None where there is none.
        output: what was said, bounded and without secrets.
    """

    check: Check
    passed: bool
    ran: bool
    seconds: float
    code: int | None
    output: str


def of_container(world: World, key: str) -> list[Check]:
    """The checks that a container's own file or image has.

    Raises:
        CannotRunError: a probe asks for what cannot be asked here.
    """
    container = world.containers[key]
    if container.workload.runtime == "kubernetes":
        return _probes(container, world)
    test = (world.inspect(key)["Config"].get("Healthcheck") or {}).get("Test") or ["NONE"]
    return [Check("health", key, seconds=world.settings.bounds.seconds)] if test[0] != "NONE" else []


def of_url(world: World, key: str, url: str) -> Check:
    """A URL as people know it: its port is the one that the file publishes, else the container's own.

    Raises:
        CannotRunError: it is no http URL, or the container has no such port.
    """
    parts = urlsplit(url)
    what = f"the URL {shown(url, 200)} is not asked"
    try:
        number = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        raise CannotRunError(Refusal(what, "it is no http or https URL", "write http://localhost:PORT/")) from None
    ports = world.containers[key].ports
    inner = next((name for name, outer in ports if outer == str(number)), f"{number}/tcp").partition("/")[0]
    if f"{inner}/tcp" not in world.address(key).ports:
        known = ", ".join(world.address(key).ports) or "none"
        how = "publish the port, or name one that it has"
        raise CannotRunError(Refusal(what, f"{key} has no port {number} (it has: {known})", how))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Check("http", key, (inner, path, parts.scheme))


def run(check: Check, world: World, lost: Callable[[int], bool] = lambda _: False) -> Outcome:
    """Asks the container.

    Args:
        check: which.
        world: where.
        lost: asked now and again while a load runs: whether there is nothing more to wait for; is told its session.
    """
    return _load(check, world, lost) if check.kind == "load" else _RUN[check.kind](check, world)


def environment(address: Address) -> dict[str, str]:
    """``HARDHULL_HOST``, and ``HARDHULL_PORT_80`` for the container's port 80."""
    ports = {f"HARDHULL_PORT_{name.partition('/')[0]}": str(port) for name, port in address.ports.items()}
    return {"HARDHULL_HOST": address.host, **ports}


# ---- what a file says ---------------------------------------------------------------------------------------------


def _probes(container: Container, world: World) -> list[Check]:
    """Readiness and liveness as checks; a startup probe only says when those begin."""
    found = []
    for name in ("readiness", "healthcheck"):
        probe: Healthcheck | None = getattr(container.workload, name).get(None)
        if probe is not None:
            check = _probe(container, probe, world)
            if check not in found:
                found.append(check)
    return found


def _probe(container: Container, probe: Healthcheck, world: World) -> Check:
    kind, *words = probe.test
    seconds = probe.timeout or 1.0
    if kind == "CMD":
        return Check("inside", container.key, tuple(words), seconds)
    what = f"a probe of {container.workload.subject} is not asked"
    if kind == "GRPC":
        raise CannotRunError(Refusal(what, "gRPC is not spoken here", "name a command or a URL as its check"))
    port = words[0]
    known = None if port.isdigit() else Pod(container.workload, ()).port(port)
    if known is not None:
        port = str(known)
    elif not port.isdigit():
        ports = [name for name in world.address(container.key).ports if name.endswith("/tcp")]
        if len(ports) != 1:
            why = f"it names the port {port}, and which number that is cannot be said"
            raise CannotRunError(Refusal(what, why, "write the port's number in the probe"))
        port = ports[0].partition("/")[0]
    if kind == "HTTP":
        return Check("http", container.key, (port, words[1]), seconds)
    return Check("tcp", container.key, (port,), seconds)


# ---- asking -------------------------------------------------------------------------------------------------------


def _health(check: Check, world: World) -> Outcome:
    """The HEALTHCHECK, run now as the engine runs it: its next own run may be a second away."""
    start = time.monotonic()
    if not world.state(check.container)["Running"]:
        return _not_asked(check, start, "the container has ended")
    asked = command_of(check, world)
    return _inside(asked, world)._replace(check=check)


def command_of(check: Check, world: World) -> Check:
    """A check by HEALTHCHECK as the command inside that it is, with its own patience."""
    config: dict[str, Any] = world.inspect(check.container)["Config"]
    kind, *words = config["Healthcheck"]["Test"]
    if kind == "CMD-SHELL":
        words = [*(config.get("Shell") or (SHELL, "-c")), *words]
    own = (config["Healthcheck"].get("Timeout") or 0) / 1e9 or HEALTH_SECONDS
    return Check("inside", check.container, tuple(words), min(own, check.seconds))


def _not_asked(check: Check, start: float, why: str) -> Outcome:
    return Outcome(check, passed=False, ran=False, seconds=time.monotonic() - start, code=None, output=why)


def _inside(check: Check, world: World) -> Outcome:
    from docker.errors import APIError

    start = time.monotonic()
    try:
        ran = execute.inside(world, world.ids[check.container], check.words, check.seconds)
    except APIError as error:
        return _not_asked(check, start, shown(str(error.explanation or error), TEXT, world.hidden))
    return _of_command(check, ran, world)


def _host(check: Check, world: World) -> Outcome:
    address = world.address(check.container)
    return _of_command(check, execute.on_host(world, check.words[0], environment(address), check.seconds), world)


def _load(check: Check, world: World, lost: Callable[[int], bool]) -> Outcome:
    """A load of a container that has ended would go on asking it for as long as it is patient."""

    def running(session: int) -> bool:
        return all(world.state(each)["Running"] for each in check.containers) and not lost(session)

    address = world.address(check.container)
    ran = execute.on_host(world, check.words[0], environment(address), check.seconds, running)
    return _of_command(check, ran, world)


def _of_command(check: Check, ran: execute.Ran, world: World) -> Outcome:
    output = shown(ran.output.decode("utf-8", "replace"), TEXT, world.hidden)
    return Outcome(check, ran.code == 0, not ran.missing, ran.seconds, ran.code, output)


def _tcp(check: Check, world: World) -> Outcome:
    start = time.monotonic()
    try:
        socket.create_connection(_at(check, world), check.seconds).close()
    except OSError as error:
        return _no_answer(check, start, error)
    return Outcome(check, passed=True, ran=True, seconds=time.monotonic() - start, code=None, output="")


def _http(check: Check, world: World) -> Outcome:
    """A GET; like the kubelet's, it takes 200 to 399 and any certificate, and follows nothing."""
    import urllib3

    start = time.monotonic()
    host, port = _at(check, world)
    scheme = check.words[2] if len(check.words) > 2 else "http"
    manager: Any = urllib3.HTTPSConnectionPool if scheme == "https" else urllib3.HTTPConnectionPool
    tls = {"cert_reqs": "CERT_NONE", "assert_hostname": False} if scheme == "https" else {}
    try:
        with manager(host, port, timeout=check.seconds, retries=False, **tls) as pool:
            answer = pool.request("GET", check.words[1], redirect=False, preload_content=False)
            text = answer.read(TEXT).decode("utf-8", "replace")
            answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return _no_answer(check, start, error)
    passed = 200 <= answer.status < 400
    return Outcome(
        check,
        passed,
        ran=True,
        seconds=time.monotonic() - start,
        code=answer.status,
        output=shown(text, TEXT, world.hidden),
    )


def _at(check: Check, world: World) -> tuple[str, int]:
    address = world.address(check.container)
    port = int(check.words[0])
    return address.host, address.ports.get(f"{port}/tcp", port)


def _no_answer(check: Check, start: float, error: BaseException) -> Outcome:
    said = shown(f"no answer ({error})", TEXT)
    return Outcome(check, passed=False, ran=True, seconds=time.monotonic() - start, code=None, output=said)


_RUN: dict[str, Callable[[Check, World], Outcome]] = {
    "health": _health,
    "inside": _inside,
    "host": _host,
    "tcp": _tcp,
    "http": _http,
}
