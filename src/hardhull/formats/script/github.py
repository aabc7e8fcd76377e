"""GitHub workflows and composite actions; Forgejo and Gitea read the same files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import EnvVar
from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import Given, collect
from hardhull.formats.script.containers import container
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.rewrite import Rewriter
from hardhull.formats.script.text import looks_like
from hardhull.formats.script.yamltext import Texts, entries_of, items_of, mapping_of, text_of
from hardhull.model.field import Field
from hardhull.model.result import NotChecked
from hardhull.model.source import Place, Span
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.shell.outcome import Mode
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.yamldoc import load

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node
    from hardhull.text.shell.scope import Value

EXPRESSION = re.compile(r"\$\{\{[^\n]{0,500}?\}\}")
_ENV = re.compile(r"\$\{\{\s*env\.([A-Za-z_]\w*)\s*\}\}")
_WHY = "a ${{ }} expression is only worked out when the workflow runs"
_POWERSHELL = re.compile(r"`[ \t]*\r?$|^[ \t]*(?:\$\w+ *= |& [\w$\"])|\$env:|Write-Host|Invoke-", re.MULTILINE)
"""What PowerShell has and no POSIX shell: for a step whose runner is only known when it runs."""

_SHELL_NAMES = frozenset(("bash", "sh", ""))
_STARTS = re.compile(r"\b(?:docker|podman|nerdctl)\b[^\n]{0,200}\b(?:run|create)\b")
_NOT_NAME = re.compile(r"\W+", re.ASCII)


def read(source: Source) -> ScriptRead:
    """Reads a workflow or an action.

    Raises:
        UnreadableError: it is no YAML.
    """
    roots = load(source)
    root = mapping_of(roots[0]) if roots else None
    if root is None:
        return ScriptRead.nothing()
    return _Workflow(source, root).read()


class _Workflow:
    """One file while it is read."""

    def __init__(self, source: Source, root: Mapping) -> None:
        self.source = source
        self.root = root
        self.texts = Texts(source, EXPRESSION, _WHY)
        self.found = ScriptRead.nothing()
        self.ours = looks_like(source.data)

    def read(self) -> ScriptRead:
        root = self.root
        name = text_of(root.get("name")) or self.source.path.rpartition("/")[2]
        key = root.entry("name")
        start = key.key.start if key is not None else root.start
        line = self.source.line_span(self.source.position(start).line)
        pipeline = Pipeline(name, "workflow", Place(self.source, Span(start, max(line.end, start))))
        self._triggers(pipeline)
        self._environment(pipeline)
        for job_name, entry in entries_of(root.get("jobs")):
            job = self._job(job_name, self.texts.place(entry.key), mapping_of(entry.value))
            pipeline.jobs.append(job)
        action = mapping_of(root.get("runs"))
        if action is not None:
            job = Job("action", self.texts.place(action))
            self._steps(job, action, {}, "")
            pipeline.jobs.append(job)
        included = tuple(
            self.texts.field("included", uses)
            for _, entry in entries_of(root.get("jobs"))
            if isinstance(entry.value, Mapping) and isinstance(uses := entry.value.get("uses"), Scalar)
        )
        if included:
            pipeline.included = Field("included", included, included[0].place)
        if pipeline.jobs:
            self.found.pipelines.append(pipeline)
        return self.found

    def _triggers(self, pipeline: Pipeline) -> None:
        on = self.root.entry("on")
        if on is None:
            return
        value, place = on.value, self.texts.place(on.key)
        names: list[Field[str]] = []
        if isinstance(value, Mapping):
            names = [Field("triggers", name, self.texts.place(entry.key)) for name, entry in entries_of(value)]
            crons = [item.get("cron") for item in items_of(value.get("schedule")) if isinstance(item, Mapping)]
            lines = tuple(self.texts.field("schedules", cron) for cron in crons if isinstance(cron, Scalar))
            if lines:
                pipeline.schedules = Field("schedules", lines, lines[0].place)
        else:
            names = [self.texts.field("triggers", item) for item in items_of(value) if isinstance(item, Scalar)]
        pipeline.triggers = Field("triggers", tuple(names), place)

    def _environment(self, pipeline: Pipeline) -> None:
        node = self.root.get("env")
        found = []
        for name, entry in entries_of(node):
            if isinstance(entry.value, Scalar):
                dynamic = EXPRESSION.search(entry.value.text) is not None
                text = entry.value.text
                variable = EnvVar(name, None if dynamic else text, text, "variable" if dynamic else "literal")
                place = Place(self.source, Span(entry.key.start, entry.value.end))
                found.append(Field("env", variable, place))
        if found:
            pipeline.env = Field("env", tuple(found), found[0].place)

    def _job(self, name: str, place: Place, node: Mapping | None) -> Job:
        job = Job(name, place)
        if node is None:
            return job
        job.env = self.texts.fields(node.get("env"))
        job.ignored = self._continues(node)
        condition = node.get("if")
        job.condition = self.texts.field("condition", condition) if isinstance(condition, Scalar) else None
        variables = {**self.texts.variables(self.root.get("env")), **self.texts.variables(node.get("env"))}
        self._containers(job, node)
        self._steps(job, node, variables, self._default_shell(node) or _default_shell_of(node.get("runs-on")))
        return job

    def _default_shell(self, node: Mapping) -> str:
        for holder in (node, self.root):
            defaults = mapping_of(holder.get("defaults"))
            run = mapping_of(defaults.get("run")) if defaults is not None else None
            shell = text_of(run.get("shell")) if run is not None else ""
            if shell:
                return shell
        return ""

    def _continues(self, node: Mapping) -> Field[str] | None:
        entry = node.entry("continue-on-error")
        if entry is None or text_of(entry.value).lower() in {"", "false"}:
            return None
        place = Place(self.source, Span(entry.key.start, entry.value.end))
        return Field("ignored", "`continue-on-error` lets the job go on", place)

    def _containers(self, job: Job, node: Mapping) -> None:
        image = node.get("container")
        if isinstance(image, Scalar):
            job.image = self.texts.field("image", image)
        elif isinstance(image, Mapping):
            inner = image.get("image")
            job.image = self.texts.field("image", inner) if isinstance(inner, Scalar) else None
            entry = node.entry("container")
            if entry is not None:
                self.found.workloads.extend(container(self.texts, f"of {job.name}", entry.key, image))
        for name, entry in entries_of(node.get("services")):
            if isinstance(entry.value, Mapping):
                inner = entry.value.get("image")
                if isinstance(inner, Scalar):
                    job.services.append(self.texts.field("image", inner))
                self.found.workloads.extend(container(self.texts, name, entry.key, entry.value))

    def _steps(self, job: Job, node: Mapping, variables: dict[str, Value | str], shell: str) -> None:
        steps = node.get("steps")
        if not isinstance(steps, Sequence):
            return
        for item in steps.items:
            if isinstance(item, Mapping):
                job.steps.append(self._step(job, item, variables, shell))

    def _step(self, job: Job, node: Mapping, variables: dict[str, Value | str], shell: str) -> Step:
        uses, run, name = node.get("uses"), node.get("run"), node.get("name")
        title = text_of(name) or text_of(node.get("id")) or text_of(uses) or text_of(run).partition("\n")[0][:60]
        key = node.entry("uses") or node.entry("run") or node.entry("name")
        step = Step(job, title, self.texts.place(key.key if key is not None else node))
        if isinstance(uses, Scalar):
            step.uses = self.texts.field("uses", uses)
            step.place = self.texts.place(uses)
        step.inputs = self.texts.fields(node.get("with"), lower=True)
        step.env = self.texts.fields(node.get("env"))
        step.ignored = self._continues(node)
        condition = node.get("if")
        step.condition = self.texts.field("condition", condition) if isinstance(condition, Scalar) else None
        if isinstance(run, Scalar) and self.ours:
            inner = {**variables, **self.texts.variables(node.get("env"))}
            self._run(step, run, inner, text_of(node.get("shell")) or shell)
        return step

    def _other_shell(self, run: Scalar, program: str) -> None:
        if _STARTS.search(run.text):
            line = self.texts.place(run).start.line
            why = f"a {program} script that may start containers; only sh and bash are read"
            how = "look at it by hand"
            self.found.not_checked.append(NotChecked("out-of-scope", f"{self.source.path}:{line}", why, how))

    def _run(self, step: Step, run: Scalar, variables: dict[str, Value | str], shell: str) -> None:
        program = shell.partition(" ")[0].rpartition("/")[2]
        if not looks_like(run.text.encode()):
            return
        if program not in _SHELL_NAMES or (not program and _POWERSHELL.search(run.text)):
            self._other_shell(run, program or "pwsh")
            return
        text, names = shell_text(run.fragment(self.source))
        script = read_script(text)
        variables = {**dict.fromkeys(names, _WHY), **variables}
        mode = Mode("e" in shell or shell in {"", "sh"}, "pipefail" in shell or shell == "bash")
        if shell == "bash":
            mode = Mode(errexit=True, pipefail=True)
        collect(Scope(script, given=variables), step, Given(mode, within="workflow"), self.found)


def _default_shell_of(runner: Node | None) -> str:
    """The shell that a runner starts where nobody names one: PowerShell on Windows."""
    names = [text_of(item) for item in items_of(runner)]
    return "pwsh" if any("windows" in name.lower() for name in names) else ""


def shell_text(outer: Fragment) -> tuple[Fragment, list[str]]:
    """The text of ``run:`` as the shell gets it, with ``${{ }}`` as variables that have no value.

    ``${{ env.X }}`` becomes ``${X}``, which is known where an ``env:`` says so.

    Returns:
        The text, and the names of the variables that stand for expressions.
    """
    text = outer.text
    names: list[str] = []
    if "${{" not in text:
        return outer, names
    out = Rewriter(outer.source)
    at = 0
    for found in EXPRESSION.finditer(text):
        out.copy(outer, at, found.start())
        env = _ENV.fullmatch(found[0])
        name = env[1] if env else "expression_" + _NOT_NAME.sub("_", found[0]).strip("_")[:40]
        if env is None:
            names.append(name)
        at = found.end()
        out.put("${" + name + "}", outer.offset(found.start()), outer.offset(at))
    out.copy(outer, at, len(text))
    return out.fragment(literal=outer.literal), names
