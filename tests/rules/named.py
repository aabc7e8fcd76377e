"""Findings of rules by their readable names, for tests of single cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texts import scan_texts

if TYPE_CHECKING:
    from hardhull.model.result import Found, Result


def found_in(result: Result, rule: str) -> list[Found]:
    """The findings of a rule."""
    ids = {info.name: info.id for info in result.rules.values()}
    return [found for found in result.findings if found.rule == ids.get(rule)]


def dockerfile(text: str, rule: str) -> list[Found]:
    """What a rule says about a Dockerfile."""
    return found_in(scan_texts({"Dockerfile": text}), rule)


def manifests(text: str, rule: str) -> list[Found]:
    """What a rule says about manifests."""
    return found_in(scan_texts({"manifests.yaml": text}), rule)


def words(found: list[Found]) -> list[str]:
    """How bad each is, in the order of the files."""
    ordered = sorted(found, key=lambda one: (one.locations[0].path, one.locations[0].line))
    return [one.severity.word for one in ordered]


def places(found: list[Found]) -> list[int]:
    """The lines of the findings, in order."""
    return sorted(one.locations[0].line for one in found)
