"""A workload is taken off the network, or out of the host's, as far as it was seen to use none, or some ports only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.facts.digest import digest, stated
from hardhull.facts.profile import Address, Run
from hardhull.facts.proof import Proven
from hardhull.learn.bpf import Recorder
from hardhull.prove.candidate import HOST, NETWORK, Candidate, Privilege
from hardhull.prove.changes import measures
from hardhull.prove.document import proof_of
from hardhull.prove.network import networked, stays
from hardhull.prove.prover import prove
from hardhull.prove.watch import Seen
from hardhull.run.exercise import Exercise
from hardhull.run.settings import Settings
from hardhull.run.target import target
from recorded import needs_bpf
from worlds import IMAGE, left, workloads

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

TEXT = """services:
  plain: {image: a}
  bridged: {image: a, network_mode: bridge}
  named: {image: a, networks: [back]}
  published: {image: a, ports: ["80:80"]}
  host: {image: a, network_mode: host, ports: ["53:53/udp"]}
networks: {back: {}}
"""


def seen(listens: str = "", connects: str = "") -> Seen:
    def ends(text: str) -> frozenset[Address]:
        found = set()
        for word in text.split():
            host, _, port = word.rpartition(":")
            protocol, _, address = host.partition("/")
            found.add(Address(protocol, address, int(port)))
        return frozenset(found)

    return Seen(Run("x", "bpf", "", 1.0, listens=ends(listens), connects=ends(connects)))


@pytest.mark.parametrize(
    ("name", "what", "wanted", "alone"),
    [
        ("plain", seen(), Exercise("plain"), True),
        ("bridged", seen(), Exercise("bridged"), True),
        ("plain", seen("tcp/127.0.0.1:9000", "tcp/127.0.0.1:9000"), Exercise("plain"), True),
        ("plain", seen(), Exercise("plain", loads=("@published ./load",)), True),
        ("plain", seen(), Exercise("plain", loads=("./load",)), False),  # it asks at an address
        ("plain", seen("tcp/0.0.0.0:80"), Exercise("plain"), False),
        ("plain", seen(connects="tcp/172.18.0.2:5432"), Exercise("plain"), False),
        ("plain", seen(connects="udp/127.0.0.11:53"), Exercise("plain"), False),  # a name, of whatever
        ("named", seen(), Exercise("named"), False),
        ("published", seen(), Exercise("published"), False),
    ],
)
def test_only_what_used_no_network_is_taken_off_it(
    tmp_path: Path, name: str, what: Seen, wanted: Exercise, alone: bool
) -> None:
    (subject,) = (one for one in workloads(tmp_path, TEXT) if one.name == name)
    assert networked(Candidate(), subject, what, wanted).alone is alone


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (seen("tcp/0.0.0.0:80 udp/0.0.0.0:53 tcp/127.0.0.1:9000", "tcp/127.0.0.1:9000 tcp/10.0.0.1:443"), ""),
        (seen(" ".join(f"tcp/::{number}" for number in range(1, 10))), "it listens on more than 8 ports of the host"),
        (seen("tcp/0.0.0.0:80", "tcp/127.0.0.1:5432"), "it talks to 127.0.0.1:5432, which is on the host"),
        (seen(connects="unix-abstract/bus:0"), "it talks to the local socket @bus, which is in the host's network"),
    ],
)
def test_what_talks_to_the_host_stays_in_its_network(tmp_path: Path, what: Seen, why: str) -> None:
    (host,) = (one for one in workloads(tmp_path, TEXT) if one.name == "host")
    found = networked(Candidate(), host, what, Exercise("host"))
    assert stays(what) == why
    assert found.host == ({"network_mode"} if why else frozenset())
    said = [str(change) for each in measures(found, host) if each.name == HOST for change in each.changes]
    assert len(said) == (0 if why else 2), said  # its own network, and port 80: 53 is there already


def test_a_network_that_nobody_wrote_is_not_stated(tmp_path: Path) -> None:
    """Else a proof would be stale as soon as its change of the network is written."""
    text = "services:\n  web:\n    image: a\n    network_mode: host\n  db: {image: b}\n"
    after = text.replace("    network_mode: host\n", '    ports:\n      - "80:80"\n')
    (one, _), (other, _) = workloads(tmp_path, text), workloads(tmp_path, after)
    items = (Proven("network_mode", None), Proven("ports", {"container": "80", "host": "80"}))
    assert digest(one, items) == digest(other)
    assert "networks" not in stated(other)
    (named,) = workloads(tmp_path, "services:\n  web: {image: a, networks: [default]}\n")
    assert "networks" in stated(named)


@pytest.mark.engine
def test_a_job_needs_no_network(engine: Engine, tmp_path: Path) -> None:
    needs_bpf()
    (tmp_path / "compose.yaml").write_text(f'services:\n  job: {{image: "{IMAGE}", command: [sh, -c, "echo made"]}}\n')
    found = target(str(tmp_path), "job")
    with Recorder() as recorder:
        outcome = prove(found, Settings(base=tmp_path), Exercise("job", ready=20), recorder)
    assert outcome.proven.complete
    assert outcome.proven.candidate.alone
    assert [each.item for each in proof_of(found.subject, outcome).proven if each.field == "network_mode"] == ["none"]
    assert Privilege(NETWORK) not in {each.privilege for each in outcome.proven.kept}
    assert left(engine) == []


@pytest.mark.engine
def test_a_server_in_the_hosts_network_gets_its_own_and_keeps_its_port(engine: Engine, tmp_path: Path) -> None:
    needs_bpf()
    serve = "mkdir -p /tmp/www && echo done >/tmp/www/x && exec httpd -f -p 8123 -h /tmp/www"
    text = f'services:\n  web: {{image: "{IMAGE}", init: true, network_mode: host, command: [sh, -c, "{serve}"]}}\n'
    (tmp_path / "compose.yaml").write_text(text)
    ask = 'test "$(busybox wget -qO- http://$HARDHULL_HOST:8123/x)" = done'
    settings = Settings(base=tmp_path, allow=frozenset({"network_mode"}))
    found = target(str(tmp_path), "web")
    with Recorder() as recorder:
        outcome = prove(found, settings, Exercise("web", (ask,), ready=20), recorder)
    assert outcome.proven.complete
    items = {each.field: each.item for each in proof_of(found.subject, outcome).proven}
    assert (items["network_mode"], items["ports"]) == (None, {"container": "8123", "host": "8123"})
    assert left(engine) == []
