"""``hardhull prove network``: the matrix of `scan network`, tried from another machine as well."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.formats import rendered
from hardhull.cli.gate import DEFAULT_GATE, exit_code, gate_of
from hardhull.cli.output import view_for, write
from hardhull.report.words import left_out, summary

if TYPE_CHECKING:
    from hardhull.cli.prove import Request


def prove(request: Request) -> int:
    """Puts another machine beside this one, tries every connection, takes it away, and judges as a scan does.

    Raises:
        UserError: nothing can be tried from there.
    """
    from hardhull.cli.prove_engine import here
    from hardhull.cli.scan import matrix
    from hardhull.hosts.document import collect
    from hardhull.scan import Options, scan

    use = request.use
    if request.deploy or request.replay or use.service or use.asked:
        why = "they have no service, checks, containers of yours or earlier proof"
        raise UserError("networks are not proven like that", why, "leave those options out", USAGE)
    with here():
        if not request.quiet:
            sys.stderr.write("hardhull: trying all connections, also from another machine\n")
        facts = collect(("network",), outside=True)
    result = scan((), Options(live=facts, facts=request.form == "json"))
    _check(facts)
    gate = gate_of(DEFAULT_GATE)
    if request.quiet:
        write([f"{summary(result)}; {left_out(result)}\n"], request.output)
    else:
        view = view_for(request.output)._replace(command="hardhull scan network", gate=gate)
        above = matrix(facts, view) if request.form == "terminal" else ()
        write((*above, *rendered(result, request.form, view)), request.output)
    return exit_code(result, gate, strict=False, unknown=False)


def _check(facts: bytes) -> None:
    """Refuses to show as proven what was tried from here only.

    Raises:
        UserError: there was no other machine.
    """
    import json

    for gap in json.loads(facts)["not_read"]:
        if gap["what"] == "connections from another machine":
            raise UserError("nothing is proven", gap["why"], gap["how"], FAILED)
