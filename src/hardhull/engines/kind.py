"""The journal's action: the engine takes its file over; undone, it takes over the file that was put back."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.actions import ActionError
from hardhull.engines import probe, turn
from hardhull.engines.candidate import plain as data_of
from hardhull.engines.daemon import CannotApplyError, daemon, from_plain
from hardhull.engines.effects import DEFAULT_BRIDGE, EMPTY, RELOAD
from hardhull.engines.exchange import heal, saying
from hardhull.engines.reload import reload, reload_with_defaults
from hardhull.engines.running import Container, running
from hardhull.engines.shadow import client_of, sweep
from hardhull.engines.surroundings import address_of
from hardhull.hosts.commands import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docker import APIClient

    from hardhull.engines.daemon import Daemon
    from hardhull.model.receipt import Plain

WINDOW: Final = timedelta(minutes=15)
"""A container that ended within this time of the plan was stopped by it."""
USER: Final = "dockremap"


def do(arguments: Mapping[str, Plain]) -> None:
    """The engine takes the file over.

    Raises:
        ActionError: it does not.
    """
    found = from_plain(arguments["engine"])  # type: ignore[arg-type]
    heal()
    engine = _now(found)
    if arguments["way"] == RELOAD:
        reload(engine.address, engine.pid)
        return
    _again(engine, arguments, _running(engine))


def undo(arguments: Mapping[str, Plain]) -> None:
    """The file is as it was before; the engine has to follow, whatever became of it meanwhile.

    Raises:
        ActionError: it does not.
    """
    heal()
    sweep()
    before = from_plain(arguments["engine"])  # type: ignore[arg-type]
    quiet = turn.untouched(before)
    if arguments["way"] == RELOAD and quiet:
        missing: Any = arguments["made"]
        reload_with_defaults(before.address, before.pid, before.config, missing)
    elif quiet:
        _bring_back(before, arguments, [])
    else:
        engine = _now(before) if turn.is_up(before) else before
        there = _running(engine) if turn.is_up(engine) else []
        _move_bridge(engine, arguments, there)
        _again(engine, arguments, there)
    if arguments["user_made"]:
        _remove_user()
    with _client(before.address) as client:
        probe.clear(client)


def _again(engine: Daemon, arguments: Mapping[str, Plain], there: Sequence[Container]) -> None:
    """A restart, with the containers that ran before it running after it."""
    _restart(engine, arguments, there)
    _bring_back(engine, arguments, there)


def _restart(engine: Daemon, arguments: Mapping[str, Plain], there: Sequence[Container]) -> None:
    if arguments["way"] == EMPTY:
        with _client(engine.address) as client:
            for each in reversed(there):
                client.stop(each.id)
    turn.restart(engine, max((each.stops for each in there), default=10.0))
    if not turn.wait_up(engine):
        raise ActionError("the engine does not answer")


def _move_bridge(engine: Daemon, arguments: Mapping[str, Plain], there: Sequence[Container]) -> None:
    """The engine's own bridge has its old address again, which the old file does not say: for one start it does."""
    old = str(arguments.get("bridge", ""))
    content = Path(engine.config).read_bytes() if Path(engine.config).exists() else b""
    if old and not data_of(content).keys() & {"bip", "bridge"} and address_of(DEFAULT_BRIDGE, engine.pid) != old:
        with saying(engine.config, {"bip": old}):
            _restart(engine, arguments, there)


def _bring_back(engine: Daemon, arguments: Mapping[str, Plain], there: Sequence[Container]) -> None:
    """Starts what does not run any more and did, in the order of their first starts; what is hidden stays away."""
    from docker.errors import APIError, NotFound

    rows: Any = arguments["containers"]
    names = {each["id"]: each["name"] for each in rows}
    wanted = [*names, *(each.id for each in there if each.id not in names)]
    sure = {each.id for each in there}
    failed = []
    with _client(engine.address) as client:
        for ident in wanted:
            try:
                state = client.inspect_container(ident)["State"]
                if not state["Running"] and (ident in sure or _by_us(str(arguments["began"]), state)):
                    client.start(ident)
            except NotFound:
                continue
            except APIError as error:
                failed.append(f"{names.get(ident, ident[:12])} does not start again: {error.explanation}")
    if failed:
        raise ActionError("; ".join(failed)[:500])


def _by_us(began: str, state: Mapping[str, Any]) -> bool:
    """Whether a container ended in the time of the plan."""
    ended = _moment(str(state.get("FinishedAt", "")))
    first = _moment(began)
    return ended is not None and first is not None and first <= ended <= first + WINDOW


def _moment(text: str) -> datetime | None:
    head, _, tail = text.rstrip("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{head}.{(tail + '000000')[:6]}+00:00")
    except ValueError:
        return None


def _now(engine: Daemon) -> Daemon:
    """The process as it is now; its own manager and folder stay as they were found first."""
    try:
        found = daemon(engine.address)
    except CannotApplyError as error:
        raise ActionError(f"{error.what}: {error.why}") from None
    return found._replace(unit=found.unit or engine.unit, output=found.output or engine.output)


def _running(engine: Daemon) -> list[Container]:
    with _client(engine.address) as client:
        return running(client)


@contextmanager
def _client(address: str) -> Iterator[APIClient]:
    """The engine.

    Raises:
        ActionError: it does not answer, or refuses.
    """
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        with client_of(address) as client:
            client.timeout = 120
            yield client
    except (DockerException, RequestException) as error:
        raise ActionError(f"the engine: {getattr(error, 'explanation', None) or type(error).__name__}") from None


def _remove_user() -> None:
    """The user that the engine made for itself goes, with its ranges of numbers."""
    for words in (("userdel", USER), ("groupdel", USER)):
        subprocess.run(words, check=False, capture_output=True, env={"PATH": PLACES}, stdin=subprocess.DEVNULL)
    for name in ("/etc/subuid", "/etc/subgid"):
        path = Path(name)
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        kept = [row for row in rows if not row.startswith(f"{USER}:")]
        if kept != rows:
            path.write_text("".join(kept), encoding="utf-8")
