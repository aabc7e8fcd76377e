"""The steps that a machine runs: CI workflow, shell script, Makefile, unit; and whether a failing one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardhull.facts.fact import Fact, Slot
from hardhull.model.field import Field
from hardhull.model.finding import Finding, SourceSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.facts.fact import Items
    from hardhull.facts.parts import EnvVar
    from hardhull.model.change import Fix
    from hardhull.model.finding import Confidence, Severity
    from hardhull.model.source import Place

CI = frozenset(("workflow", "gitlab"))
"""Syntaxes that run on every change or on a schedule, without a person."""


class Run:
    """One command of a step: a program with its arguments, wrappers like ``sudo`` and ``sh -c`` looked through.

    Attributes:
        texts: the program and its arguments as plain text, unexpanded variables as they are written (``$TAG``).
        place: the whole command.
        step: what it belongs to.
        env: variables in front of it (``DOCKER_CONTENT_TRUST=1 docker pull``), by name.
        pipe_from: the command whose output it reads; ``curl`` in ``curl ... | sh``.
        pipe_to: the command that reads its output.
        executed_by: the interpreter that runs its output as a program (``curl ... | sh``, ``bash <(curl ...)``,
            ``eval "$(...)"``), else empty.
        wrappers: the programs in front of it (``sudo``, ``ssh``).
        conditional: whether it stands in a branch, a loop or behind ``&&``, so that it may not run.
        writes: files its output is redirected to.
    """

    __slots__ = (
        "_ignored",
        "_located",
        "_words",
        "conditional",
        "env",
        "executed_by",
        "pipe_from",
        "pipe_to",
        "place",
        "step",
        "texts",
        "wrappers",
        "writes",
    )

    def __init__(
        self, located: Callable[[], tuple[Field[str], ...]], texts: tuple[str, ...], place: Place, step: Step
    ) -> None:
        self._located = located
        self._words: tuple[Field[str], ...] | None = None
        self.texts = texts
        self.place = place
        self.step = step
        self._ignored: Callable[[], Field[str] | None] | Field[str] | None = None
        self.env: dict[str, Field[str]] = {}
        self.pipe_from: Run | None = None
        self.pipe_to: Run | None = None
        self.executed_by = ""
        self.wrappers: tuple[str, ...] = ()
        self.conditional = False
        self.writes: tuple[Field[str], ...] = ()

    @property
    def ignored(self) -> Field[str] | None:
        """Why its exit code cannot fail the step, at the place that makes it so (``|| true``); None where it counts."""
        if callable(self._ignored):
            self._ignored = self._ignored()
        return self._ignored

    @ignored.setter
    def ignored(self, reason: Callable[[], Field[str] | None] | Field[str] | None) -> None:
        self._ignored = reason

    @property
    def words(self) -> tuple[Field[str], ...]:
        """Program and arguments, each a Field named ``word``: its value, or why it cannot be known, and its place."""
        if self._words is None:
            self._words = self._located()
        return self._words

    @property
    def program(self) -> str:
        """The program without its folder (``docker``)."""
        return self.texts[0].rpartition("/")[2].removesuffix(".exe")

    @property
    def can_fail(self) -> bool:
        """Whether a non-zero exit code fails the step and the job."""
        return self.ignored is None and self.step.ignored is None and self.step.job.ignored is None

    @property
    def not_counted(self) -> Field[str] | None:
        """What makes a failure not count: at the command, its step or its job."""
        return self.ignored or self.step.ignored or self.step.job.ignored

    def calls(self, program: str, *verbs: str) -> bool:
        """Whether it is ``program verb ...``; options in front of a verb are passed over (``docker -H x push``)."""
        return self.program == program and self.verbs[: len(verbs)] == verbs

    @property
    def verbs(self) -> tuple[str, ...]:
        """The words behind the program that are no options, as far as an option's own value can be told apart."""
        texts = self.texts[1:]
        out: list[str] = []
        skip = False
        for text in texts:
            if skip:
                skip = False
            elif text.startswith("-"):
                skip = not out and text in _GLOBAL_WITH_VALUE
            else:
                out.append(text)
        return tuple(out)

    def option(self, *names: str) -> Field[str] | None:
        """The value of an option by any of its names (``--exit-code``, ``-p``), the last one written.

        ``--name value``, ``--name=value`` and ``-nvalue`` are understood. A switch gives a field with an empty text.
        None where it is not written.
        """
        found: Field[str] | None = None
        for index, text in enumerate(self.texts):
            for name in names:
                if text == name:
                    following = self.texts[index + 1 : index + 2]
                    bare = not following or (following[0].startswith("-") and len(following[0]) > 1)
                    word = self.words[index]
                    found = Field("word", "", word.place) if bare else self.words[index + 1]
                elif index and text.startswith(f"{name}="):
                    found = _rest(self.words[index], text, len(name) + 1)
                elif index and len(name) == 2 and text.startswith(name) and not text.startswith("--"):
                    found = _rest(self.words[index], text, 2)
        return found

    def has(self, *names: str) -> bool:
        """Whether an option is written by any of these names."""
        return self.option(*names) is not None

    def finding(
        self,
        message: str,
        *,
        at: Field[str] | None = None,
        label: str = "",
        also: tuple[SourceSpan, ...] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        fix: Fix | None = None,
    ) -> Finding:
        """A finding at this command, or at one of its words; its value is program and verb, never an argument."""
        place = self.place if at is None else at.place
        value = " ".join((self.program, *self.verbs[:1]))
        evidence = (SourceSpan(place, label), *also)
        fixes = () if fix is None else (fix,)
        return Finding(message, evidence, "command", value, severity=severity, confidence=confidence, fixes=fixes)

    def mark(self, label: str) -> SourceSpan:
        """This command as evidence of another finding."""
        return SourceSpan(self.place, label)

    def __repr__(self) -> str:
        return f"<Run {' '.join(self.texts)[:60]!r} at {self.place}>"


_GLOBAL_WITH_VALUE = frozenset(
    (
        *(
            "-H",
            "--host",
            "-c",
            "--context",
            "--config",
            "-l",
            "--log-level",
            "-n",
            "--namespace",
            "-f",
            "--file",
            "-p",
        ),
        *("--kubeconfig", "--cache-dir", "--project-name", "--root", "--runroot", "--connection"),
    )
)


def _rest(word: Field[str], text: str, start: int) -> Field[str]:
    if word.known:
        return Field("word", text[start:], word.place)
    return Field.unknown("word", word.place, word.why or "", written=True)


class Job:
    """What succeeds or fails as one: a CI job, a script, a make target, a unit.

    Attributes:
        name: its name, empty for a script.
        place: its key.
        steps: in order.
        image: the container image it runs in, where one is named.
        services: the images of containers that run beside it.
        ignored: why its failure does not count (``allow_failure: true``, ``continue-on-error``), else None.
        env: its variables by name.
        condition: ``if:``, ``only``, ``rules`` or ``when: manual`` as text, else None.
    """

    __slots__ = ("condition", "env", "ignored", "image", "name", "place", "services", "steps")

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.steps: list[Step] = []
        self.image: Field[str] | None = None
        self.services: list[Field[str]] = []
        self.ignored: Field[str] | None = None
        self.env: dict[str, Field[str]] = {}
        self.condition: Field[str] | None = None


class Step:
    """One step of a job.

    Attributes:
        job: whose.
        name: as written, or what it runs.
        place: its key, or its script.
        uses: for a GitHub action its reference (``aquasecurity/trivy-action@0.28.0``), else None.
        inputs: what it is given (``with:``), by name in lower case.
        env: its own variables by name.
        runs: the commands, those that have to do with images, tools and downloads.
        ignored: why its failure does not count, else None.
        condition: ``if:`` as text, else None.
    """

    __slots__ = ("condition", "env", "ignored", "inputs", "job", "name", "place", "runs", "uses")

    def __init__(self, job: Job, name: str, place: Place) -> None:
        self.job = job
        self.name = name
        self.place = place
        self.uses: Field[str] | None = None
        self.inputs: dict[str, Field[str]] = {}
        self.env: dict[str, Field[str]] = {}
        self.runs: list[Run] = []
        self.ignored: Field[str] | None = None
        self.condition: Field[str] | None = None

    @property
    def action(self) -> str:
        """The action without its reference, in lower case (``docker/build-push-action``); empty for a script."""
        return self.uses.get("").partition("@")[0].lower() if self.uses is not None else ""

    @property
    def ref(self) -> str:
        """What the action is pinned to (``v4``, ``master``, a commit); empty where nothing is."""
        return self.uses.get("").partition("@")[2] if self.uses is not None else ""

    @property
    def can_fail(self) -> bool:
        """Whether its failure fails the job and the pipeline."""
        return self.ignored is None and self.job.ignored is None

    @property
    def not_counted(self) -> Field[str] | None:
        """What makes a failure not count: at the step or its job."""
        return self.ignored or self.job.ignored

    def input(self, name: str) -> Field[str] | None:
        """An input of the action; None where it is not given."""
        return self.inputs.get(name.lower())

    def variable(self, name: str) -> Field[str] | None:
        """An environment variable as the step sees it."""
        return self.env.get(name) or self.job.env.get(name)


class Pipeline(Fact):
    """The ordered steps that a machine runs.

    ``syntax`` is ``workflow`` (GitHub, Forgejo, Gitea), ``gitlab``, ``shell``, ``makefile``, ``systemd`` or
    ``markdown``.

    Attributes:
        name: the workflow's name, or the file's.
        jobs: in order.
        from_docs: written in documentation, not in something that is run.
    """

    __slots__ = ("from_docs", "jobs", "name")
    kind: ClassVar[str] = "pipeline"

    def __init__(self, name: str, syntax: str, place: Place, *, from_docs: bool = False) -> None:
        super().__init__(f"{_SUBJECT.get(syntax, syntax)} {name}", syntax, place)
        self.name = name
        self.jobs: list[Job] = []
        self.from_docs = from_docs

    schedules: Slot[Items[str]] = Slot(())
    """Cron lines (``on: schedule``, a unit's OnCalendar)."""
    triggers: Slot[Items[str]] = Slot(())
    """What starts it: ``push``, ``pull_request``, ``schedule``, ``workflow_dispatch`` ..."""
    env: Slot[Items[EnvVar]] = Slot(())
    """Variables for every job, and those that a script exports."""
    tree_scans: Slot[bool] = Slot(False)
    """Link: whether any pipeline of the tree scans an image."""
    included: Slot[Items[str]] = Slot(())
    """Other pipelines that are brought in: ``include:``, reusable workflows; what they do is not seen here."""

    @property
    def folder(self) -> str:
        """Where its relative paths begin: a workflow runs at the root of its checkout, all else where it stands."""
        folder = self.place.source.path.rpartition("/")[0]
        return folder.partition(".github/")[0].rstrip("/") if self.syntax == "workflow" else folder

    @property
    def is_ci(self) -> bool:
        """Whether it runs without a person."""
        return self.syntax in CI

    @property
    def steps(self) -> Iterator[Step]:
        """Every step of every job."""
        for job in self.jobs:
            yield from job.steps

    @property
    def runs(self) -> Iterator[Run]:
        """Every command of every step."""
        for step in self.steps:
            yield from step.runs

    def uses(self, *actions: str) -> Iterator[Step]:
        """The steps that use one of these actions (``docker/build-push-action``; any below it too)."""
        for step in self.steps:
            action = step.action
            if action and any(action == name or action.startswith(f"{name}/") for name in actions):
                yield step


_SUBJECT = {
    "workflow": "workflow",
    "gitlab": "pipeline",
    "shell": "script",
    "makefile": "Makefile",
    "systemd": "unit",
    "markdown": "document",
}
