"""Limits that do nothing on a machine: what that means for its containers."""

from __future__ import annotations

import json
from typing import Any

from hardhull.facts.engine import Engine
from hardhull.facts.workload import Workload
from hardhull.formats.live import read
from hardhull.model.source import Source

HOST = {"Memory": 1 << 28, "PidsLimit": 100, "BlkioDeviceWriteBps": [{"Path": "/dev/vda", "Rate": 1 << 20}]}


def facts(info: dict[str, Any], shown: list[dict[str, str]], host: dict[str, Any]) -> tuple[Engine, Workload]:
    document = {
        "schema": "hardhull-facts/1",
        "collected": {"targets": ["engine", "containers"]},
        "engine": {"GET /info": info, "/var/lib/hardhull/limits.json": {"limits": shown}},
        "containers": [
            {"GET /containers/1/json": {"Id": "1", "Name": "/web", "Config": {"Image": "a"}, "HostConfig": host}}
        ],
    }
    found = read(Source("live", json.dumps(document).encode())).facts
    engine = next(one for one in found if isinstance(one, Engine))
    return engine, next(one for one in found if isinstance(one, Workload))


def drifts(info: dict[str, Any], shown: list[dict[str, str]], host: dict[str, Any]) -> list[str]:
    return sorted(item.value.field for item in facts(info, shown, host)[1].unreal.get(()))


def limit(setting: str, verdict: str) -> dict[str, str]:
    return {"setting": setting, "given": "", "verdict": verdict, "seen": "a load", "kernel": "", "why": ""}


def test_what_does_nothing_is_missing_in_containers_that_rely_on_it() -> None:
    assert drifts({}, [limit("pids", "nothing")], HOST) == ["pids"]
    assert drifts({}, [limit("pids", "nothing")], {}) == []
    assert drifts({}, [limit("pids", "kept"), limit("memory", "not shown")], HOST) == []
    assert drifts({}, [limit("write_bps", "nothing"), limit("write_bps_buffered", "nothing")], HOST) == ["block_io"]
    assert drifts({}, [limit("write_bps_buffered", "nothing")], HOST) == ["block_io"]
    assert drifts({}, [limit("read_bps", "nothing")], HOST) == []


def test_the_engine_says_it_itself_and_a_load_counts_before_that() -> None:
    assert drifts({"PidsLimit": False}, [], HOST) == ["pids"]
    assert drifts({"PidsLimit": False}, [limit("pids", "kept")], HOST) == []
    assert drifts({"PidsLimit": False, "OSType": "windows"}, [], HOST) == []
    engine, _ = facts({"PidsLimit": False, "MemoryLimit": True}, [limit("memory", "odd")], HOST)
    assert [item.value.setting for item in engine.limits.value] == ["pids"]
