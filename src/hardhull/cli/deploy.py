"""``hardhull prove --deploy``: the proven changes into the files, and into the containers that run; or neither."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.cli.errors import FAILED, REFUSED, UserError
from hardhull.cli.refused import need_posix, telling
from hardhull.cli.runs import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from docker import APIClient

    from hardhull.deploy.find import Real
    from hardhull.model.plan import Plan
    from hardhull.model.result import Result
    from hardhull.prove.again import Shown
    from hardhull.run.exercise import Exercise
    from hardhull.run.target import Target
    from hardhull.scan.discover import Discovery

CONSENT = "deploy"


class Deployed(NamedTuple):
    """What was done: the receipt of the journal, and the containers that were made anew."""

    receipt: str
    names: tuple[str, ...]


def deploy(
    target: Target,
    shown: Shown,
    wanted: Exercise,
    allow: Sequence[str],
    say: Callable[[str], None] = lambda _: None,
) -> Deployed:
    """Writes what was proven, makes the real containers anew with it, and checks them; all of it or nothing.

    Args:
        target: the workload.
        shown: its proof.
        wanted: its checks.
        allow: what the person allowed.
        say: is told what is being done.

    Raises:
        UserError: it was not done, or taken back.
    """
    with running(FAILED), _engine() as client:
        found = _found(client, target, allow)
        say(f"making anew: {', '.join(each.name for each in found)}")
        return _deployed(client, target, shown, found, lambda: _complaints(client, target, wanted, found, say))


def ask(target: Target, allow: Sequence[str]) -> None:
    """Whether the workload can be deployed and may be: known before anything is run for it.

    Args:
        target: the workload.
        allow: what the person allowed.

    Raises:
        UserError: it cannot, or may not.
    """
    with running(FAILED), _engine() as client:
        _found(client, target, allow)


def _found(client: APIClient, target: Target, allow: Sequence[str]) -> list[Real]:
    """The containers that are made anew."""
    from hardhull.deploy.find import real

    need_posix()
    if not target.path:
        what = f"{target.subject.subject} is not deployed"
        why = "it stands in no file, so nothing says how it is started"
        raise UserError(what, why, "name the compose file or the script that starts it", FAILED)
    found = real(client, target)
    if CONSENT not in allow:
        raise _refused(target, found)
    return found


def _refused(target: Target, found: Sequence[Real]) -> UserError:
    stops = ", ".join(f"{each.name} (stops within {each.grace} s)" for each in found)
    why = f"it interrupts what runs, for as long as stopping and starting takes: {stops}"
    return UserError(f"{target.subject.subject} is not deployed", why, "add --allow deploy", REFUSED)


def _deployed(
    client: APIClient, target: Target, shown: Shown, found: Sequence[Real], complaints: Callable[[], list[str]]
) -> Deployed:
    from hardhull.cli.deploy_guard import guarded
    from hardhull.cli.journals import journal_of
    from hardhull.deploy.kind import action
    from hardhull.deploy.replace import settle
    from hardhull.fix.applying import changes_of, verifier

    plan, discovery, rescan = _plan(target)
    rows = [(each.name, *_settings(client, each, shown)) for each in found]
    files = verifier(plan, discovery, rescan)

    failing: list[str] = []

    def verify() -> list[str]:
        said = files()
        failing.extend([] if said else complaints())
        return said or failing

    journal = journal_of(discovery.root)
    with telling(journal), guarded(discovery.root), _about(target, failing):
        title = f"deploy: {target.subject.subject}, proof {shown.proof.ident}"
        receipt = journal.apply(title, changes_of(plan), verify, [action(rows)])
    for each in found:
        settle(client, each.name)
    return Deployed(receipt.id, tuple(each.name for each in found))


@contextmanager
def _about(target: Target, failing: Sequence[str]) -> Iterator[None]:
    """Tells what checks of the containers complain of as that, and not as the fault of a plan."""
    from hardhull.apply import NotDoneError

    try:
        yield
    except NotDoneError as error:
        if not failing:
            raise
        what = f"{target.subject.subject} is not deployed"
        how = "find out what is another way here than where it was proven, and prove it with that (--check, --load)"
        raise NotDoneError(what, error.why, how, error.code, complaints=error.complaints) from None


def _settings(client: APIClient, each: Real, shown: Shown) -> tuple[dict[str, Any], dict[str, Any]]:
    from hardhull.deploy.body import settings_of
    from hardhull.deploy.replace import body_now
    from hardhull.text.draft import UnwritableError

    if each.shares:
        return {}, {}
    try:
        return settings_of(body_now(client, each.answer), shown.wide, each.name)
    except UnwritableError as error:
        what, how = f"{each.name} is not deployed", "apply the files, and start it anew by what started it"
        raise UserError(what, error.why, how, FAILED) from None


def _complaints(
    client: APIClient, target: Target, wanted: Exercise, found: Sequence[Real], say: Callable[[str], None]
) -> list[str]:
    from hardhull.deploy.live import complaints

    said = []
    for each in found:
        say(f"checking {each.name}")
        workload = target.subject
        checks = wanted if not each.shares else wanted._replace(commands=(), urls=())
        said += complaints(client, each.name, workload, checks)
    return said


def _plan(target: Target) -> tuple[Plan, Discovery, Callable[[], Result]]:
    """What is written: the proven changes of this workload, and no others."""
    from hardhull.fix.choose import Choices
    from hardhull.fix.planner import Planner
    from hardhull.scan import Options, examine, gather

    options = Options(quotes=False)
    where = [str(target.root)]
    discovery, policy = gather(where, options)
    choices = Choices(only=frozenset({"HH-PRV-507"}), about=frozenset({(target.path, target.subject.subject)}))
    plan = Planner(discovery, policy, options, choices).plan()
    return plan, discovery, lambda: examine(gather(where, options)[0], policy, options).result


def _engine() -> Any:
    """The engine of this machine, with time for what takes long."""
    from hardhull.supply.connection import NoEngineError, connect

    @contextmanager
    def connected() -> Iterator[APIClient]:
        try:
            client, _ = connect()
        except NoEngineError as error:
            raise UserError("nothing is deployed", f"the engine: {error.why}", error.how, FAILED) from None
        client.timeout = 120
        try:
            yield client
        finally:
            client.close()

    return connected()


def tell(done: Deployed) -> None:
    """What was done, on standard error: standard output has the proof."""
    names, back = ", ".join(done.names), f"hardhull undo {done.receipt}"
    sys.stderr.write(f"hardhull: made anew and checked: {names}; to take files and containers back: {back}\n")
