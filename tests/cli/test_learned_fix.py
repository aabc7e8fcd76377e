"""The way around: recorded, fixed with what was recorded, used again under exactly that, on a real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from hardhull.cli.run import run
from recorded import needs_bpf
from worlds import IMAGE, left

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

pytestmark = pytest.mark.engine
SERVE = (
    "trap 'exit 0' TERM; mkdir -p /run/www; echo hello >/run/www/index.html; chown app /run/www/index.html; "
    "httpd -f -p 8000 -u app -h /run/www & while :; do wait; done"
)
TEXT = f"""services:
  web:
    image: {IMAGE}
    expose: ["8000"]
    cap_add: [SYS_PTRACE]
    pids_limit: 500
    command: ["sh", "-c", "{SERVE}"]
"""
ASK = 'test "$(busybox wget -qO- http://$HARDHULL_HOST:$HARDHULL_PORT_8000/index.html)" = hello'
RULES = "HH-PRV-002,HH-PRV-501,HH-PRV-503,HH-PRV-504,HH-LIM-001,HH-LIM-502"


@pytest.mark.parametrize("flags", [[], ["--tight"]])
def test_what_was_recorded_is_enough_to_work_with(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    needs_bpf()
    (tmp_path / ".git").mkdir()
    (tmp_path / "deploy").mkdir()
    file = tmp_path / "deploy" / "compose.yaml"
    file.write_text(TEXT)
    learn = ["learn", str(tmp_path / "deploy"), "--check", ASK]
    assert run(learn) == 0
    fix = ["fix", str(tmp_path / "deploy"), "--risk", "needs-proof", "--only", RULES, *flags, "--apply"]
    assert run(fix) == 0, capsys.readouterr().err
    web = yaml.safe_load(file.read_text())["services"]["web"]
    assert web["cap_drop"] == ["ALL"]
    assert "SYS_PTRACE" not in web["cap_add"]
    assert web["read_only"] is True
    assert web["tmpfs"] == ["/run/www"] or web["tmpfs"] == ["/run"]
    assert web["pids_limit"] < 50
    (option,) = web["security_opt"]
    kept = tmp_path / "deploy" / option.removeprefix("seccomp").lstrip("=:")
    names = json.loads(kept.read_text())["syscalls"][0]["names"]
    assert 20 < len(names) < (90 if flags else 330)
    capsys.readouterr()
    assert run(learn) == 0, capsys.readouterr().err
    assert run(fix) == 0
    assert "nothing to write" in capsys.readouterr().out
    assert left(engine) == []
