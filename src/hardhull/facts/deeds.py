"""What the steps of a pipeline do with images: build, push, scan, sign, verify, log in, prune, audit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.pipeline import Pipeline, Run, Step
    from hardhull.model.field import Field
    from hardhull.model.finding import SourceSpan
    from hardhull.model.source import Place


class Deed(NamedTuple):
    """One thing that a step does.

    Attributes:
        kind: ``build``, ``push``, ``pull``, ``scan``, ``sign``, ``verify``, ``login``, ``prune``, ``audit`` (a bench
            of the engine or the cluster) or ``monitor`` (a runtime monitor is started).
        tool: ``docker``, ``trivy``, ``docker/build-push-action`` ...
        source: the command or the step that does it.
        images: the image references it names.
        gate: for a scan the setting that makes findings fail it (``--exit-code 1``), None where findings pass.
        fails_alone: for a scan whether the tool fails on findings without being told to.
    """

    kind: str
    tool: str
    source: Run | Step
    images: tuple[Field[str], ...] = ()
    gate: Field[str] | None = None
    fails_alone: bool = False

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.source.place

    @property
    def can_block(self) -> bool:
        """For a scan: findings fail it, and its failure fails the pipeline."""
        return (self.gate is not None or self.fails_alone) and self.source.can_fail

    def mark(self, label: str) -> SourceSpan:
        """It as evidence of a finding."""
        from hardhull.model.finding import SourceSpan

        return SourceSpan(self.place, label)


def deeds(pipeline: Pipeline) -> Iterator[Deed]:
    """Everything that a pipeline does with images, in its order."""
    for step in pipeline.steps:
        if step.uses is not None:
            yield from _of_action(step)
        for run in step.runs:
            yield from _of_run(run)


# -- commands

_DOCKER_LIKE = frozenset(("docker", "podman", "nerdctl", "buildah", "img"))
_SCAN_WORDS = frozenset(("image", "i", "fs", "filesystem", "rootfs", "repo", "repository", "config", "sbom", "vm"))


def _of_run(run: Run) -> Iterator[Deed]:
    program = run.program
    if program in _DOCKER_LIKE:
        yield from _engine(run)
    elif program in _TOOLS:
        yield from _TOOLS[program](run)
    elif program in {"docker-bench-security.sh", "kube-bench", "docker-bench"}:
        yield Deed("audit", program.removesuffix(".sh"), run)
    elif program == "executor" and "kaniko" in run.texts[0]:
        yield Deed("build", "kaniko", run, _options(run, "--destination", "-d"))
        if not run.has("--no-push"):
            yield Deed("push", "kaniko", run, _options(run, "--destination", "-d"))


def _engine(run: Run) -> Iterator[Deed]:
    verbs = run.verbs
    first, second = (*verbs, "", "")[:2]
    tool = run.program
    if first in {"build", "bud"} or (first, second) in _BUILDS:
        yield Deed("build", tool, run, _options(run, "-t", "--tag"))
        if run.has("--push") or _pushes_output(run):
            yield Deed("push", tool, run, _options(run, "-t", "--tag"))
    elif first == "push" or (first, second) in {("image", "push"), ("compose", "push"), ("manifest", "push")}:
        yield Deed("push", tool, run, _references(run, 2 if first != "push" else 1))
    elif first == "pull" or (first, second) == ("image", "pull"):
        yield Deed("pull", tool, run, _references(run, 2 if first == "image" else 1))
    elif first == "login":
        yield Deed("login", tool, run)
    elif "prune" in (first, second):
        yield Deed("prune", tool, run)
    elif first == "scout" and second in {"cves", "quickview", "recommendations", "compare"}:
        yield Deed("scan", "docker scout", run, _references(run, 2), run.option("--exit-code", "-e", "--exit-on"))
    elif first == "scan":
        yield Deed("scan", "docker scan", run, _references(run, 1), fails_alone=True)
    elif first == "trust" and second == "sign":
        yield Deed("sign", "docker trust", run, _references(run, 2))
    elif first in {"run", "container", "create"}:
        yield from _in_container(run)


_BUILDS = {("buildx", "build"), ("buildx", "bake"), ("image", "build"), ("compose", "build"), ("builder", "build")}


def _pushes_output(run: Run) -> bool:
    output = run.option("--output", "-o")
    text = output.get("") if output is not None else ""
    return "push=true" in text or text.startswith("type=registry")


_TOOL_IMAGES: tuple[tuple[str, str, str], ...] = (
    ("aquasec/trivy", "scan", "trivy"),
    ("aquasecurity/trivy", "scan", "trivy"),
    ("anchore/grype", "scan", "grype"),
    ("snyk/snyk", "scan", "snyk"),
    ("goodwithtech/dockle", "scan", "dockle"),
    ("docker/docker-bench-security", "audit", "docker-bench"),
    ("aquasec/kube-bench", "audit", "kube-bench"),
    ("falcosecurity/falco", "monitor", "falco"),
    ("aquasec/tracee", "monitor", "tracee"),
    ("sysdig/agent", "monitor", "sysdig"),
)


_TOOL_IMAGE = re.compile(r"(?:^|/)(" + "|".join(re.escape(name) for name, _, _ in _TOOL_IMAGES) + r")(?:[:@]|$)")


def _in_container(run: Run) -> Iterator[Deed]:
    """A tool that is run from its own image: ``docker run aquasec/trivy image --exit-code 1 app``."""
    for index, text in enumerate(run.texts):
        found = _TOOL_IMAGE.search(text)
        if found:
            kind, tool = next((kind, tool) for name, kind, tool in _TOOL_IMAGES if name == found[1])
            inside = _behind(run, index)
            gate = inside.option(*_GATES[tool]) if tool in _GATES else None
            images = _references(inside, 2 if tool == "trivy" else 1) if kind == "scan" else ()
            yield Deed(kind, tool, run, images, _positive(gate), fails_alone=tool in _FAIL_ALONE)
            return


def _behind(run: Run, index: int) -> Run:
    """The words from the image on, as a command of their own."""
    from hardhull.facts.pipeline import Run as Command

    inside = Command(lambda: run.words[index:], run.texts[index:], run.place, run.step)
    inside.ignored = run.ignored
    return inside


_GATES = {
    "trivy": ("--exit-code",),
    "grype": ("--fail-on", "-f"),
    "docker scout": ("--exit-code", "-e"),
    "dockle": ("--exit-code",),
}
_FAIL_ALONE = frozenset(("snyk", "clair-scanner"))


def _positive(gate: Field[str] | None) -> Field[str] | None:
    """The gate, unless it says 0: then findings pass."""
    return None if gate is not None and gate.get("?") == "0" else gate


def _trivy(run: Run) -> Iterator[Deed]:
    verbs = run.verbs
    if verbs[:1] and verbs[0] in _SCAN_WORDS:
        if run.has("--download-db-only", "--help", "-h"):
            return
        gate = run.option("--exit-code") or run.step.variable("TRIVY_EXIT_CODE") or run.env.get("TRIVY_EXIT_CODE")
        yield Deed("scan", "trivy", run, _references(run, 1), _positive(gate))


def _grype(run: Run) -> Iterator[Deed]:
    if run.verbs[:1] not in ((), ("db",), ("version",), ("config",)):
        gate = run.option("--fail-on", "-f") or run.step.variable("GRYPE_FAIL_ON_SEVERITY")
        yield Deed("scan", "grype", run, _references(run, 0), gate)


def _snyk(run: Run) -> Iterator[Deed]:
    if run.verbs[:2] in (("container", "test"), ("container", "monitor")) or run.verbs[:1] == ("test",):
        blocks = "monitor" not in run.verbs[:2]
        yield Deed("scan", "snyk", run, _references(run, 2), fails_alone=blocks)


def _cosign(run: Run) -> Iterator[Deed]:
    verb = (*run.verbs, "")[0]
    if verb in {"sign", "attest"}:
        yield Deed("sign", "cosign", run, _references(run, 1))
    elif verb in {"verify", "verify-attestation"}:
        yield Deed("verify", "cosign", run, _references(run, 1))


def _notation(run: Run) -> Iterator[Deed]:
    verb = (*run.verbs, "")[0]
    if verb in {"sign", "verify"}:
        yield Deed(verb, "notation", run, _references(run, 1))


def _dockle(run: Run) -> Iterator[Deed]:
    yield Deed("scan", "dockle", run, _references(run, 0), _positive(run.option("--exit-code")))


def _skopeo(run: Run) -> Iterator[Deed]:
    verb = (*run.verbs, "")[0]
    if verb == "copy":
        yield Deed("push", "skopeo", run, _references(run, 1)[-1:])
    elif verb == "login":
        yield Deed("login", "skopeo", run)


def _crane(run: Run) -> Iterator[Deed]:
    verb = (*run.verbs, "")[0]
    if verb in {"push", "copy", "cp"}:
        yield Deed("push", "crane", run, _references(run, 1)[-1:])


def _helm(run: Run) -> Iterator[Deed]:
    if any(re.search(r"(?:^|/)(?:falco|tetragon|tracee)$", verb) for verb in run.verbs[1:]):
        yield Deed("monitor", "falco", run)


_TOOLS = {
    "trivy": _trivy,
    "grype": _grype,
    "snyk": _snyk,
    "cosign": _cosign,
    "notation": _notation,
    "dockle": _dockle,
    "skopeo": _skopeo,
    "crane": _crane,
    "helm": _helm,
}


def _options(run: Run, *names: str) -> tuple[Field[str], ...]:
    """The values of an option that may be repeated."""
    out = []
    for index, text in enumerate(run.texts):
        if text in names and index + 1 < len(run.words):
            out.append(run.words[index + 1])
        elif any(text.startswith(f"{name}=") for name in names):
            value = run.option(text.partition("=")[0])
            if value is not None:
                out.append(value)
    return tuple(out)


def _references(run: Run, skip: int) -> tuple[Field[str], ...]:
    """The words behind ``skip`` verbs that are no options; those that look like an image reference."""
    out: list[Field[str]] = []
    seen = 0
    for word, text in zip(run.words[1:], run.texts[1:], strict=True):
        if text.startswith("-"):
            continue
        seen += 1
        if seen > skip and _REFERENCE.fullmatch(text):
            out.append(word)
    return tuple(out[-1:]) if out else ()


_REFERENCE = re.compile(r"[\w./:@${}()\[\]\" -]+", re.ASCII)


# -- actions

_ACTION_SCANS = {
    "aquasecurity/trivy-action": ("trivy", "exit-code"),
    "anchore/scan-action": ("grype", "fail-build"),
    "docker/scout-action": ("docker scout", "exit-code"),
    "snyk/actions/docker": ("snyk", ""),
    "snyk/actions": ("snyk", ""),
    "azure/container-scan": ("trivy", ""),
    "goodwithtech/dockle-action": ("dockle", "exit-code"),
    "erzz/dockle-action": ("dockle", "exit-code"),
    "sysdiglabs/scan-action": ("sysdig", ""),
    "crazy-max/ghaction-container-scan": ("trivy", "severity_threshold"),
}
_DEFAULT_FAILS = frozenset(("anchore/scan-action", "snyk/actions", "snyk/actions/docker", "azure/container-scan"))


def _of_action(step: Step) -> Iterator[Deed]:
    action = step.action
    if action in {"docker/build-push-action", "redhat-actions/buildah-build", "docker/bake-action"}:
        images = tuple(field for name in ("tags", "image") if (field := step.input(name)) is not None)
        yield Deed("build", action, step, images)
        push = step.input("push")
        outputs = step.input("outputs")
        if (push is not None and push.get("?") != "false") or (outputs is not None and "push=true" in outputs.get("")):
            yield Deed("push", action, step, images)
    elif action == "redhat-actions/push-to-registry":
        yield Deed("push", action, step)
    elif action in {"docker/login-action", "redhat-actions/podman-login", "azure/docker-login"}:
        yield Deed("login", action, step)
    elif action in {"actions/attest-build-provenance", "actions/attest"}:
        yield Deed("sign", action, step)
    elif action in _ACTION_SCANS:
        tool, name = _ACTION_SCANS[action]
        given = step.input(name) if name else None
        off = given is not None and given.get("?").lower() in {"0", "false", ""}
        gate = None if off else given
        yield Deed("scan", tool, step, _scanned(step), gate, fails_alone=action in _DEFAULT_FAILS and not off)


def _scanned(step: Step) -> tuple[Field[str], ...]:
    names = ("image-ref", "image", "image-name", "scan-ref")
    return tuple(field for name in names if (field := step.input(name)) is not None)
