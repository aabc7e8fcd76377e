"""What the pages about fixing and configuration say is so."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from hardhull.cli.fix import command
from hardhull.fix.overlay import DROP_IN
from hardhull.rules.rule import all_rules, find_rule
from hardhull.scan.config import SETTINGS, load_policy

DOCS = Path(__file__).parents[1] / "docs"
FIXING = (DOCS / "fixing.md").read_text()
CONFIGURATION = (DOCS / "configuration.md").read_text()


def test_every_option_of_a_command_on_the_page_exists() -> None:
    known = {name for option in command.params if isinstance(option, click.Option) for name in option.opts}
    assert (
        set(
            re.findall(
                r"(?<![\w-])--[a-z]+(?![\w-])",
                re.sub(r"`(?:dockerd|kubectl|docker|RUN|hardhull undo)[^`]*`|(?m:^hardhull undo.*$)", "", FIXING),
            )
        )
        <= known
    )
    assert len(known) <= 2 * 12


def test_names_on_the_page_are_those_of_the_program() -> None:
    assert DROP_IN in FIXING
    assert "hardhull-plan/1" in FIXING


@pytest.mark.parametrize(
    "page", ["fixing.md", "configuration.md", "undo.md", "engine-and-registries.md", "profiles.md"]
)
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)", (DOCS / page).read_text()):
        assert (DOCS / link).exists(), link


def test_the_configuration_shows_every_setting_and_loads(tmp_path: Path) -> None:
    (tmp_path / "hardhull.toml").write_text(CONFIGURATION.split("```toml\n")[1].split("```")[0])
    policy = load_policy(tmp_path)
    default = type(policy)()
    for setting, (field, _read) in SETTINGS.items():
        assert getattr(policy, field) != getattr(default, field), setting


def test_the_page_about_profiles_names_every_rule_that_needs_one() -> None:
    text = (DOCS / "profiles.md").read_text()
    for rule in all_rules():
        if rule.needs & {"profile", "proof"}:
            assert rule.name in text or rule.id in text or f", {rule.id[-3:]}" in text, rule.name
    for name in re.findall(r"HH-[A-Z]+-\d{3}", text):
        assert find_rule(name), name
