"""Asks a throw-away kube-apiserver about every manifest that tests/formats/kubernetes/kubernetes_written.py writes.

usage: PYTHONPATH=tests/formats/kubernetes python bench/record_kubernetes_verdicts.py URL TOKEN

Dry runs with strict decoding in the namespace default. The verdicts are written beside that module; a test replays them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fix_kubernetes import Server
from kubernetes_written import key_of, outcomes


def main() -> None:
    server = Server(*sys.argv[1:3])
    verdicts: dict[str, str] = {}
    for name, made in outcomes():
        key = key_of(made)
        if key not in verdicts:
            status, why = server.accepts(made)
            verdicts[key] = "" if status < 300 else why
            if status >= 300:
                print(name, status, why)
    path = Path(__file__).parents[1] / "tests/formats/kubernetes/written_verdicts.json"
    path.write_text(json.dumps(verdicts, indent=0, sort_keys=True) + "\n")
    print(len(verdicts), "objects,", sum(map(bool, verdicts.values())), "refused")


if __name__ == "__main__":
    main()
