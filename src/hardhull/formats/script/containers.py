"""Containers that a CI workflow declares: ``container:`` and ``services:`` with their ``options``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.docker_run.line import Option, RunLine, read_options
from hardhull.formats.docker_run.options import run_table
from hardhull.formats.docker_run.workload import workload_of
from hardhull.formats.script.rewrite import Rewriter
from hardhull.formats.script.yamltext import entries_of, items_of
from hardhull.text.nodes import Scalar
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.shell.values import Arg, Piece

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.formats.script.yamltext import Texts
    from hardhull.text.nodes import Mapping, Node


def container(texts: Texts, name: str, key: Node, node: Mapping) -> list[Workload]:
    """The container, where more than its image is said: GitHub hands ``options`` to ``docker create``.

    Args:
        texts: the file.
        name: what to call it.
        key: its key, where absent fields are reported.
        node: its mapping.
    """
    image = node.get("image")
    if not isinstance(image, Scalar) or not any(node.get(word) is not None for word in ("options", "volumes")):
        return []
    options, open_ = _options(texts, node)
    options += [_option(texts, "publish", item) for item in items_of(node.get("ports")) if isinstance(item, Scalar)]
    options += [_option(texts, "volume", item) for item in items_of(node.get("volumes")) if isinstance(item, Scalar)]
    for variable, entry in entries_of(node.get("env")):
        if isinstance(entry.value, Scalar):
            value = texts.arg(entry.value)
            fragment = value.site[0]
            head = Piece(f"{variable}=", fragment, 0, 0)
            options.append(Option("env", Arg((head, *value.pieces), value.site), texts.place(entry.value)))
    line = RunLine("docker", "create", texts.place(key), tuple(options), texts.arg(image), (), open_, ())
    workload = workload_of(line, "workflow")
    workload.name = name
    workload.subject = f"CI container {name}"
    return [workload]


def _option(texts: Texts, name: str, scalar: Scalar) -> Option:
    return Option(name, texts.arg(scalar), texts.place(scalar))


def _options(texts: Texts, node: Mapping) -> tuple[list[Option], str | None]:
    """What the text of ``options:`` says."""
    scalar = node.get("options")
    if not isinstance(scalar, Scalar):
        return [], None
    if texts.expression.search(scalar.text):
        return [], f"options: {texts.why}"
    outer = scalar.fragment(texts.source)
    out = Rewriter(texts.source)
    out.put("_=(", outer.offset(0))
    out.copy(outer, 0, len(outer.text))
    out.put(")", outer.offset(len(outer.text)))
    script = read_script(out.fragment())
    found = script.assignments.get("_", [])
    if script.problems or not found or found[0].items is None:
        return [], "its options cannot be read"
    scope = Scope(script)
    args = [arg for item in found[0].items for arg in scope.expand(item, found[0].start, found[0].block)]
    options, open_ = read_options(args, run_table("docker"))
    return options, open_
