"""Which networks are planned for whom, from facts alone; and what is said of limits that were shown to do nothing."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hardhull.deploy.bridges import plan
from hardhull.deploy.find import Real
from hardhull.deploy.subnets import free
from hardhull.facts.network import EngineNetworks
from hardhull.formats.live import read
from hardhull.model.source import Source

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
"""Of a network (moby, ``daemon/names``)."""


def planned(containers: dict[str, dict[str, Any]], talks: list[str], risk: str = "all") -> Any:
    """The plan for containers, each given as its labels, all on the default bridge."""
    rows = [
        {"name": name, "in": name, f"GET /containers/{index}/json": {
            "Networks": {"bridge": {"IPAddress": f"172.17.0.{index}"}}, "Labels": labels}}
        for index, (name, labels) in enumerate(containers.items(), 2)
    ]  # fmt: skip
    document = {
        "schema": "hardhull-facts/1", "collected": {"targets": ["network"]},
        "network": {"GET /networks": [{"Name": "bridge"}], "containers": rows, "/proc/*/net/tcp": talks,
                    "connections": [{"from": "the host"}]},
    }  # fmt: skip
    (fact,) = read(Source("live", json.dumps(document).encode())).facts
    assert isinstance(fact, EngineNetworks)
    reals = [
        Real(name, {"Id": name, "Config": {"Labels": labels}, "HostConfig": {}, "State": {}})
        for name, labels in containers.items()
    ]
    return plan(fact, reals, [{"Name": "bridge"}], [], risk)


def test_a_service_and_its_callers_are_one_network_and_the_rest_is_apart() -> None:
    found = planned({"web": {}, "db": {}, "cache": {}, "lone": {}}, ["web db:5432", "web cache:6379"])
    assert [(one.name, one.members, one.risk) for one in found.made] == [
        ("cache-net", ("cache", "web"), "needs-proof"), ("db-net", ("db", "web"), "needs-proof"),
        ("lone-net", ("lone",), "all"),
    ]  # fmt: skip
    assert set(found.moved) == {"web", "db", "cache", "lone"}
    some = planned({"web": {}, "db": {}, "lone": {}}, ["web db:5432"], "needs-proof")
    assert ([one.name for one in some.made], [one.name for one in some.more]) == (["db-net"], ["lone-net"])
    assert "lone" not in some.moved
    assert planned({"web": {}, "db": {}}, ["web db:5432"], "safe").made == ()


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_a_label_says_the_networks_have_names_that_an_engine_takes(first: str, second: str) -> None:
    labels = [{"com.docker.compose.project": each} for each in (first, first, second, second)]
    found = planned(dict(zip(("one", "two", "three", "four"), labels, strict=True)), [])
    names = [one.name for one in found.made]
    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)), max_size=8))
def test_subnets_meet_nothing_and_not_each_other(taken: list[tuple[int, int]]) -> None:
    used = [IPv4Network((where >> (32 - size) << (32 - size), size)) for where, size in taken]
    source = free([{"IPAM": {"Config": [{"Subnet": str(one)} for one in used[::2]]}}], used[1::2])
    found = [net for net, _ in zip(source, range(5), strict=False)]
    assert not any(one.overlaps(other) for one in found for other in used)
    assert len(set(found)) == len(found)
