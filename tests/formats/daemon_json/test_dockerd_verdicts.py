"""The verdicts of a real ``dockerd --validate`` on 5,300 configurations, replayed."""

from __future__ import annotations

import json
from pathlib import Path

from hardhull.formats.daemon_json import read
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

RECORDED = json.loads(Path(__file__).with_name("dockerd_verdicts.json").read_text("utf-8"))

LATER = {"bip", "bip6", "fixed-cidr"}
"""Addresses that ``--validate`` lets pass and the network of the starting engine refuses."""
LATER_FILES = ('{"icc":false,"iptables"', '{"bip"', '{"fixed-cidr"', '{"insecure-registries"', '{"exec-opts"')
"""Refused when the engine starts (``verifyDaemonSettings``, ``loadInsecureRegistries``), not by ``--validate``."""
OF_THE_HOST = {"tls", "tlsverify", "userns-remap", "userland-proxy-path"}
"""Refused there because a file or user does not exist on that host; a file alone cannot show it."""


def refuses(text: str) -> bool:
    try:
        engine = read(Source("daemon.json", text.encode()), "28.5.2")
    except UnreadableError:
        return True
    return any(problem.value.stops for problem in engine.problems.value)


def test_every_key_with_every_value() -> None:
    different = [
        (key, value, verdict)
        for key, verdicts in RECORDED["keys"].items()
        for value, verdict in zip(RECORDED["values"], verdicts, strict=True)
        if refuses(f'{{"{key}": {value}}}') != (verdict == "x")
    ]
    assert [one for one in different if one[2] == "." and one[0] not in LATER | {"insecure-registries"}] == []
    missed = {one[0] for one in different if one[2] == "x"}
    assert missed <= OF_THE_HOST | {"api-cors-header"}  # an object where 28.x still knows the name
    assert len(different) < 60


def test_whole_files() -> None:
    different = {text for text, verdict in RECORDED["files"].items() if refuses(text) != (verdict == "x")}
    of_the_host = {one for one in different if any(one.startswith(f'{{"{key}"') for key in OF_THE_HOST)}
    assert {one for one in different - of_the_host if not one.startswith(LATER_FILES)} == set()
