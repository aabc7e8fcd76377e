"""Values read one by one, walked and in bulk, one set, a program's output, and strangers who get no answer."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import subprocess

from _common.judge import HOST, done, holds, port, same, true

AT = f"udp:{HOST}:{port(161)}"


def snmp(tool: str, *words: str, community: str = "public", code: int = 0) -> str:
    command = [f"snmp{tool}", "-v2c", "-c", community, "-t", "1", "-r", "0", "-On", AT, *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    same(ran.returncode, code, f"{command} {ran.stderr}")
    return ran.stdout + ran.stderr


holds(snmp("get", ".1.3.6.1.2.1.1.5.0"), "bench.example.test")
holds(snmp("get", ".1.3.6.1.2.1.1.6.0"), "the bench")
for _ in range(10):
    holds(snmp("get", ".1.3.6.1.2.1.1.3.0"), "Timeticks")
true(len(snmp("walk", ".1.3.6.1.2.1.1").splitlines()) > 8, "the system's values")
holds(snmp("walk", ".1.3.6.1.2.1.2.2.1.2"), "lo")
holds(snmp("bulkwalk", ".1.3.6.1.2.1.25.1"), "Timeticks")
true(snmp("bulkwalk", ".1.3.6.1.4.1.2021").splitlines(), "memory and load")
holds(snmp("walk", ".1.3.6.1.4.1.8072.1.3.2.3.1.1"), "from a program")
holds(snmp("set", ".1.3.6.1.2.1.1.4.0", "s", "ada", community="private"), "ada")
holds(snmp("get", ".1.3.6.1.2.1.1.4.0"), "ada")
holds(snmp("set", ".1.3.6.1.2.1.1.4.0", "s", "eve", code=2), "noAccess")
holds(snmp("get", ".1.3.6.1.2.1.99.0"), "No Such")
holds(snmp("get", ".1.3.6.1.2.1.1.5.0", community="stranger", code=1), "Timeout")
done()
