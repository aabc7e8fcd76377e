"""What the verbs that use a workload share: the options that say how, and what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from hardhull.cli.errors import USAGE
from hardhull.cli.runs import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.run.exercise import Exercise
    from hardhull.run.settings import Settings
    from hardhull.run.target import Target

START_SECONDS = 240.0
"""Beside the loads and the time of use: starting it twice, trying its checks, stopping it twice."""
Function = TypeVar("Function", bound="Callable[..., Any]")


class Use(NamedTuple):
    """How a workload is used; the options of :func:`options`, one field each."""

    service: str
    commands: tuple[str, ...]
    urls: tuple[str, ...]
    loads: tuple[str, ...]
    seconds: float
    reload: str
    allow: tuple[str, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """Everything that is asked of it, as it was given."""
        return (*self.commands, *self.urls, *self.loads)

    def checked(self) -> Use:
        """The same.

        Raises:
            UserError: what is said of a reload is neither a signal nor a command.
        """
        if self.reload:
            from hardhull.run.reload import asked

            with running(USAGE):
                asked(self.reload)
        return self


_OPTIONS = (
    click.option("--service", default="", metavar="NAME", help="Which workload of a file or folder that has several."),
    click.option(
        "--check", "commands", multiple=True, metavar="CMD",
        help="A command on this machine that ends with 0 where the workload works; repeatable. It finds it at "
        "$HARDHULL_HOST, its port 80 at $HARDHULL_PORT_80; '@web CMD' asks the service web in front of it.",
    ),
    click.option(
        "--url", "urls", multiple=True, metavar="URL", help="Has to answer, as http://localhost:80/; repeatable."
    ),
    click.option(
        "--load", "loads", multiple=True, metavar="CMD", help="Like --check: uses it; run once; repeatable."
    ),
    click.option(
        "--for", "seconds", type=click.FloatRange(0, 86400), default=0.0, metavar="SECONDS",
        help="Let it run on so long, checked every second.",
    ),
    click.option(
        "--reload", default="", metavar="HOW",
        help="How it reads its configuration again: a signal (HUP) or a command inside. Known where its package's unit "
        "in the image says so.",
    ),
    click.option(
        "--allow", multiple=True, metavar="WORD", help="Allow what a refusal names (privileged, ...); repeatable."
    ),
)  # fmt: skip


def options(function: Function) -> Function:
    """A command with the options of a :class:`Use`."""
    for each in reversed(_OPTIONS):
        function = each(function)
    return function


def exercise(target: Target, use: Use, *, trust: bool) -> Exercise:
    """What is done with the workload.

    Args:
        target: which.
        use: as it was asked for.
        trust: whether its checks are tried first on the broken workload.
    """
    from hardhull.run.exercise import Exercise

    name = target.subject.name
    wanted = Exercise(name, use.commands, use.urls, use.loads, use.seconds, trust=trust)
    return wanted._replace(reload=use.reload)


def settings(target: Target, use: Use) -> Settings:
    """How its world is set up, with time enough for what is done in it."""
    from hardhull.run.exercise import LOAD_SECONDS
    from hardhull.run.settings import Bounds, Settings

    seconds = START_SECONDS + use.seconds + LOAD_SECONDS * len(use.loads)
    bounds = Bounds()._replace(seconds=max(Bounds().seconds, seconds))
    return Settings(base=target.root, data=target.data, allow=frozenset(use.allow), bounds=bounds)
