"""Writes the pages that are made from the program itself: rules, tables, the checklist, and the screen in the README.

python docs/generate.py           writes them
python docs/generate.py --check   fails where one is not what it would be now
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.finding import Severity
from hardhull.model.plan import Status
from hardhull.model.source import Place, Source, Span
from hardhull.rules.policy import Policy
from hardhull.rules.rule import all_rules, facts_of
from hardhull.scan import Options, scan
from hardhull.scan.checklist import ROWS
from hardhull.scan.effective import derive
from hardhull.scan.evidence import MEANING
from hardhull.scan.syntaxes import CANNOT

if TYPE_CHECKING:
    from hardhull.model.plan import Planned
    from hardhull.rules.rule import Rule

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/rules")]
from planning import planned, texts_of  # noqa: E402  the examples' plans are made where they are tested

TODAY = "2026-01-01"
SCREEN = re.compile(r"(<!-- screen: [^>]*-->\n```text\n).*?(\n```\n<!-- end -->)", re.DOTALL)
PLAN = re.compile(r"(<!-- plan: [^>]*-->\n```text\n).*?(\n?```\n<!-- end -->)", re.DOTALL)
SHOWN = ("docker-socket-mounted", "no-new-privileges-false", "log-driver-none")
"""Rules whose fixes the README shows."""
NOTE = "<!-- Made by docs/generate.py from the program itself; change that, not this page. -->\n"


@cache
def fixes(rule: Rule) -> tuple[tuple[str, Planned], ...]:
    """What becomes of the findings of a rule's examples, with the syntax of each."""
    plans = [(example.syntax, planned(texts_of((rule, example))[0], rule)) for example in rule.examples]
    return tuple((syntax, each) for syntax, plan in plans for each in plan.fixes)


def fix_word(rule: Rule) -> str:
    """``safe`` or ``needs proof`` where a program can make the fix, else ``by hand``."""
    risks = {each.fix.risk for _, each in fixes(rule) if each.status is Status.PLANNED}
    return " or ".join(sorted(risk.replace("-", " ") for risk in risks)) or "by hand"


def fix_text(rule: Rule) -> str:
    """What the fix does, or why only a person can make it."""
    titles = dict.fromkeys(f"{each.fix.title} ({each.fix.risk})" for _, each in fixes(rule) if not each.fix.advice)
    advice = dict.fromkeys(f"by hand: {each.fix.title}" for _, each in fixes(rule) if each.fix.advice)
    told = [*titles, *advice, *([f"by hand: {rule.by_hand}"] if rule.by_hand else [])]
    return "; ".join(told).replace("|", "\\|")


def rule_page(rule: Rule) -> str:
    """The manual page of one rule."""
    lines = rule.manual.strip().splitlines()
    body = "\n".join(lines[1:]).strip()
    body = re.sub(
        r"^(What it checks|Why it matters|How to fix|When it is fine|References):", r"**\1:**", body, flags=re.MULTILINE
    )
    facts = [
        ("Id", f"`{rule.id}`"), ("Judges", ", ".join(facts_of(rule))), ("Dimension", rule.dimension.value),
        ("Severity", rule.severity.word), ("Confidence", rule.confidence.word),
        ("Checklist", ", ".join(map(str, rule.checklist)) or "-"), ("CIS", ", ".join(rule.cis) or "-"),
        ("Tags", ", ".join(rule.tags) or "-"), ("Fix", fix_text(rule)), ("In other tools", ", ".join(rule.also) or "-"),
    ]  # fmt: skip
    table = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts)])
    shown = "\n".join(example_text(example.syntax, example.bad, example.good) for example in rule.examples)
    return f"{NOTE}\n# {rule.name}\n\n{rule.title}.\n\n{table}\n\n{body}\n\n## Examples\n\n{shown}"


def example_text(syntax: str, bad: str, good: str) -> str:
    """One example; the marks are the tests' business."""
    clean = re.sub(r"[ \t]*#! HH-[A-Z0-9, -]+$", "", bad, flags=re.MULTILINE)
    return f"{syntax}, wrong:\n\n```\n{clean.strip()}\n```\n\nright:\n\n```\n{good.strip()}\n```\n"


def index_page(rules: tuple[Rule, ...]) -> str:
    """All rules by dimension."""
    parts = [NOTE, "# Rules\n", f"{len(rules)} rules. `hardhull explain NAME` shows a page offline.\n"]
    for dimension in dict.fromkeys(rule.dimension for rule in rules):
        head = "| id | name | severity | checklist | fix | what |\n|---|---|---|---|---|---|"
        parts.append(f"## {dimension.value.capitalize()}\n\n{head}")
        parts += [
            f"| {rule.id} | [{rule.name}](rules/{rule.name}.md) | {rule.severity.word} | "
            f"{', '.join(map(str, rule.checklist))} | {fix_word(rule)} | {rule.title} |"
            for rule in rules
            if rule.dimension is dimension
        ]
        parts.append("")
    return "\n".join(parts)


def expresses(rule: Rule, syntax: str) -> str:
    """What a workload rule does with a syntax: fixes and is tested there, reads it, or has no words to read."""
    if any(known in syntax and each.status is Status.PLANNED for known, each in fixes(rule)):
        return "fixes"
    if any(example.syntax in syntax for example in rule.examples):
        return "tested"
    runtime, cannot = CANNOT[syntax]
    empty = Workload("x", "x", syntax, Place(Source("x", b""), Span(0, 0)), runtime=runtime, cannot=cannot)
    derive(empty)
    try:
        list(rule.check(empty, Policy()))
    except InexpressibleError:
        return "-"
    except NotKnownError:
        return "reads"
    return "reads"


def syntax_page(rules: tuple[Rule, ...]) -> str:
    """Table rule x syntax for the rules over workloads."""
    syntaxes = list(CANNOT)
    head = f"| rule | {' | '.join(syntaxes)} |\n|---{'|---' * len(syntaxes)}|"
    rows = [
        f"| [{rule.name}](rules/{rule.name}.md) | {' | '.join(expresses(rule, syntax) for syntax in syntaxes)} |"
        for rule in rules
        if rule.fact == "workload"
    ]
    words = (
        "*fixes*: a fix is tested in this syntax, too. *tested*: an example of the rule is in this syntax. "
        "*reads*: the same field is read. *-*: no words for it."
    )
    return "\n".join([NOTE, "# Rules and syntaxes\n", f"{words}\n", head, *rows, ""])


def checklist_page(rules: tuple[Rule, ...]) -> str:
    """Which evidence decides each point."""
    parts = [
        NOTE,
        "# The production checklist\n",
        (
            "A point fails when one of its rules found something (of medium or high confidence, not in documentation, "
            "not ignored, above `info`). It passes only on evidence. All else is *not checked* or *not applicable*.\n"
        ),
        "| point | title | fails by | passes when | not applicable when |\n|---|---|---|---|---|",
    ]
    for number, row in ROWS.items():
        failing = ", ".join(f"`{rule.name}`" for rule in rules if number in rule.checklist)
        passes = MEANING.get(number, "its rules judged something and found nothing")
        absent = (
            "never: absence is *not checked*"
            if number in MEANING
            else f"there is none of: {', '.join(sorted(row.kinds))}"
        )
        parts.append(f"| {number} | {row.title} | {failing} | {passes} | {absent} |")
    return "\n".join([*parts, ""])


def screen() -> str:
    """What a scan of the example deployment shows, 80 columns wide and without colours."""
    from hardhull.report.terminal import render
    from hardhull.report.view import View

    result = scan([str(ROOT / "examples/shop")], Options(today=TODAY))._replace(seconds=0.2)
    view = View(
        width=80, command="hardhull scan examples/shop", fixing="hardhull fix examples/shop", gate=Severity.HIGH
    )
    return "".join(render(result, view)).rstrip()


def plan() -> str:
    """What a fix of the example deployment shows, for some rules, 80 columns wide and without colours."""
    from hardhull.fix.choose import Choices
    from hardhull.fix.planner import Planner
    from hardhull.model.change import Risk
    from hardhull.report.plan import render
    from hardhull.report.view import View
    from hardhull.scan import gather

    options = Options(today=TODAY)
    found, policy = gather([str(ROOT / "examples/shop/compose.yaml")], options)
    ids = frozenset(rule.id for rule in all_rules() if rule.name in SHOWN)
    made = Planner(found, policy, options, Choices(ids, Risk.NEEDS_PROOF)).plan()
    view = View(width=80, command="hardhull fix examples/shop --risk needs-proof")
    return "".join(render(made, view)).rstrip()


def pages() -> dict[Path, str]:
    """Every generated file and what it should hold."""
    rules = all_rules()
    made = {DOCS / "rules" / f"{rule.name}.md": rule_page(rule) for rule in rules}
    made[DOCS / "rules.md"] = index_page(rules)
    made[DOCS / "syntaxes.md"] = syntax_page(rules)
    made[DOCS / "checklist.md"] = checklist_page(rules)
    readme = ROOT / "README.md"
    text = screen()
    changes = plan()
    whole = SCREEN.sub(lambda found: found[1] + text + found[2], readme.read_text("utf-8"))
    made[readme] = PLAN.sub(lambda found: f"{found[1]}{changes}\n{found[2].lstrip()}", whole)
    return made


def main() -> None:
    """Writes or checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    made = pages()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
    stale += [path for path in (DOCS / "rules").glob("*.md") if path not in made]
    if check:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what `make docs` writes\n")
        sys.exit(bool(stale))
    (DOCS / "rules").mkdir(exist_ok=True)
    for path in stale:
        if path in made:
            path.write_text(made[path], "utf-8")
        else:
            path.unlink()
    sys.stdout.write(f"{len(made)} pages, {len(stale)} written\n")


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    main()
