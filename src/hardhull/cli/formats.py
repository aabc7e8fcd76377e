"""The formats of a result, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.model.result import Result
    from hardhull.report.view import View

FOR_PEOPLE = ("terminal", "checklist", "cis")
"""Formats that are read on a screen."""
JUDGEMENTS = (*FOR_PEOPLE, "json", "sarif", "github", "gitlab")
"""Formats of findings."""
BILLS = ("cyclonedx", "spdx")
"""Formats for the packages of one image."""
FORMATS = (*JUDGEMENTS, *BILLS)


def rendered(result: Result, name: str, view: View) -> Iterator[str]:
    """The result in one of :data:`FORMATS`, piece by piece."""
    if name == "json":
        from hardhull.report.jsonout import render as json

        return json(result)
    if name == "sarif":
        from hardhull.report.sarif import render as sarif

        return sarif(result)
    if name == "github":
        from hardhull.report.github import render as github

        return github(result)
    if name == "gitlab":
        from hardhull.report.gitlab import render as gitlab

        return gitlab(result)
    if name in BILLS:
        return _bill(result, name)
    if name == "checklist":
        from hardhull.report.checklist import render as checklist

        return checklist(result, view)
    if name == "cis":
        from hardhull.report.cis import render as cis

        return cis(result, view)
    from hardhull.report.terminal import render as terminal

    return terminal(result, view)


def _bill(result: Result, name: str) -> Iterator[str]:
    """The packages of the image as a bill of materials."""
    from hardhull.cli.errors import UserError
    from hardhull.report.bill import NoBillError

    try:
        found: Iterator[str] = iter(list(import_module(f"hardhull.report.{name}").render(result)))
    except NoBillError as error:
        how = "scan one image: hardhull scan image:NAME --format " + name
        raise UserError(f"the format {name} cannot be written", str(error), how) from None
    except ModuleNotFoundError as error:
        how = "pip install 'hardhull[sbom]'"
        raise UserError(f"the format {name} cannot be written", f"{error.name} is not installed", how) from None
    return found
