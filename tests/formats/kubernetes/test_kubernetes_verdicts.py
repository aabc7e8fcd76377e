"""What Changes write is what an API server takes: replays the verdicts of kube-apiserver 1.36.3 (strict decoding)."""

from __future__ import annotations

import json
from pathlib import Path

from kubernetes_written import key_of, outcomes

VERDICTS = json.loads((Path(__file__).parent / "written_verdicts.json").read_text())
EXPECTED = {
    "unmasked_paths": "`hostUsers` must be false",
    "host_process": "all containers must be HostProcess containers",
    "network_mode": "must match `containerPort`",
    "ipc": "may not be specified when 'hostIPC' is true",
    "runtime_name": 'RuntimeClass "gvisor" not found',
}
"""Changes that only weaken and that Kubernetes takes together with others only, and a class that this server lacks."""


def test_everything_that_is_written_was_accepted() -> None:
    asked = 0
    for name, made in outcomes():
        verdict = VERDICTS.get(key_of(made))
        assert verdict is not None, f"{name}: nobody has asked an API server (bench/record_kubernetes_verdicts.py)"
        if verdict:
            known = next((why for field, why in EXPECTED.items() if f" {field} " in name), None)
            assert known, f"{name}: {verdict}"
            assert known in verdict
        asked += 1
    assert asked > 300
