"""The configuration is read strictly: an unknown key or a wrong value is an error that says what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.rules.policy import Policy
from hardhull.scan import Options, scan
from hardhull.scan.config import ConfigError, load_policy

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
trusted-registries = ["registry.example.com", "docker.io/library"]
allowed-ports = [443]
max-memory = "8g"
disable = ["HH-PRV-001"]
exclude = ["vendor/"]
fail-on = "medium"

[[ignore]]
paths = ["legacy/**"]
rules = ["privileged-container"]
reason = "goes away"
until = "2027-01-01"
"""


def test_a_whole_configuration(tmp_path: Path) -> None:
    (tmp_path / "hardhull.toml").write_text(GOOD)
    policy = load_policy(tmp_path)
    assert policy.trusted_registries == ("registry.example.com", "docker.io/library")
    assert policy.max_memory == 8 * 1024**3
    assert policy.disabled == {"hh-prv-001"}
    assert policy.ignores[0].paths == ("legacy/**",)
    assert policy.fail_on == "medium"


def test_a_table_in_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.hardhull]\nfail-on = "low"\n')
    assert load_policy(tmp_path).fail_on == "low"


def test_the_nearest_configuration_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "hardhull.toml").write_text('fail-on = "low"')
    assert load_policy(tmp_path, start=inner).fail_on == "low"
    (tmp_path / "a" / "hardhull.toml").write_text('fail-on = "critical"')
    assert load_policy(tmp_path, start=inner).fail_on == "critical"
    assert load_policy(inner, start=inner) == Policy()


def test_no_configuration_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    assert load_policy(tmp_path) == Policy()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trusted-registry = []", "did you mean `trusted-registries`?"),
        ("zzz = 1", "the settings are"),
        ('allowed-ports = ["80"]', "port numbers"),
        ("allowed-ports = [70000]", "port numbers"),
        ('max-memory = "much"', "such as `2g`"),
        ('fail-on = "bad"', "critical, high, medium, low, info"),
        ("exclude = 'x'", "list of strings"),
        ("[[ignore]]\npaths = ['a']\n", "a reason"),
        ("[[ignore]]\npaths = ['a']\nreason = 'b'\nuntil = 'soon'\n", "YYYY-MM-DD"),
        ("[[ignore]]\npath = 'a'\nreason = 'b'\n", "unknown key `path`"),
        ("= broken", "not valid TOML"),
    ],
)
def test_errors_say_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "hardhull.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"hardhull\.toml") as caught:
        load_policy(tmp_path)
    assert says in str(caught.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_policy(tmp_path, tmp_path / "other.toml")


def test_a_port_that_the_team_allows_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: nginx:1.27\n    ports: ['8080:80', '9090:90']\n"
    )
    (tmp_path / "hardhull.toml").write_text("allowed-ports = [8080]\n")
    result = scan([str(tmp_path)], Options(today="2026-01-01"))
    assert ["9090" in found.message for found in result.findings if found.rule == "HH-NET-003"] == [True]
