"""The digest of a Workload: the same however it is written down, another as soon as anything about it changes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from texts import examined

from hardhull.facts.digest import ASIDE, covers, digest, holds, stated, with_before
from hardhull.facts.normal import normal, revived
from hardhull.facts.parts import Mount, Port, Ulimit
from hardhull.facts.proof import Proof, Proven, identified
from hardhull.facts.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE: dict[str, Any] = {
    "image": "nginx:1.27",
    "command": ["nginx", "-g", "daemon off;"],
    "user": "33:33",
    "environment": {"A": "1", "B": "two"},
    "ports": ["127.0.0.1:8080:80", "8443:443"],
    "volumes": ["data:/data:ro", "./conf:/etc/nginx"],
    "cap_drop": ["ALL"],
    "cap_add": ["CHOWN", "SETUID"],
    "security_opt": ["no-new-privileges:true", "seccomp=./strict.json"],
    "read_only": True,
    "tmpfs": ["/run:size=1m,mode=0755"],
    "mem_limit": "64m",
    "cpus": 1.5,
    "pids_limit": 32,
    "sysctls": {"net.core.somaxconn": "1024"},
    "ulimits": {"nofile": {"soft": 1024, "hard": 2048}},
    "restart": "on-failure:3",
    "healthcheck": {"test": ["CMD", "true"], "interval": "10s"},
    "networks": ["front"],
    "init": True,
    "stop_signal": "SIGQUIT",
}
"""A service in which nearly everything is said."""
OTHER: dict[str, Any] = {
    "image": "nginx:1.28",
    "command": ["nginx", "daemon off;", "-g"],
    "user": "33:34",
    "environment": {"A": "1", "B": "three"},
    "ports": ["8080:80", "8443:443"],
    "volumes": ["data:/data", "./conf:/etc/nginx"],
    "cap_drop": ["NET_RAW"],
    "cap_add": ["CHOWN"],
    "security_opt": ["no-new-privileges:false", "seccomp=./strict.json"],
    "read_only": False,
    "tmpfs": ["/run:size=2m,mode=0755"],
    "mem_limit": "65m",
    "cpus": 1.6,
    "pids_limit": 33,
    "sysctls": {"net.core.somaxconn": "1025"},
    "ulimits": {"nofile": {"soft": 1024, "hard": 2049}},
    "restart": "on-failure:4",
    "healthcheck": {"test": ["CMD", "true"], "interval": "11s"},
    "networks": ["back"],
    "init": False,
    "stop_signal": "SIGTERM",
}
SETS = ("ports", "volumes", "cap_add", "security_opt")
PROFILE = '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]}'


def written(service: Mapping[str, Any], **style: Any) -> str:
    document = {
        "services": {"web": dict(service)},
        "networks": {"front": None, "back": None},
        "volumes": {"data": None},
    }
    text: str = yaml.safe_dump(document, sort_keys=False, **style)
    return text


def workload_of(text: str, profile: str = PROFILE, path: str = "compose.yaml") -> Workload:
    facts = examined({path: text, "strict.json": profile}).facts
    return next(fact for fact in facts if isinstance(fact, Workload))


@given(
    order=st.permutations(list(SERVICE)),
    turned=st.sets(st.sampled_from(SETS)),
    flow=st.sampled_from([False, None, True]),
    quote=st.sampled_from([None, '"', "'"]),
    width=st.sampled_from([20, 80, 1000]),
    comments=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_how_it_is_written_down_does_not_count(
    order: list[str], turned: set[str], flow: bool | None, quote: str | None, width: int, comments: bool
) -> None:
    service = {key: SERVICE[key][::-1] if key in turned else SERVICE[key] for key in order}
    text = written(service, default_flow_style=flow, width=width)
    if quote:
        text = re.sub(r"'?nginx:1\.27'?", f"{quote}nginx:1.27{quote}", text)
    if comments:
        text = "# about\n\n" + text.replace("\nnetworks:", "\n# more\nnetworks:")
    assert digest(workload_of(text)) == digest(workload_of(written(SERVICE)))


@pytest.mark.parametrize("key", SERVICE)
def test_every_value_counts_and_so_does_its_absence(key: str) -> None:
    changed = digest(workload_of(written({**SERVICE, key: OTHER[key]})))
    gone = digest(workload_of(written({name: value for name, value in SERVICE.items() if name != key})))
    now = digest(workload_of(written(SERVICE)))
    assert changed != now
    assert gone != now


def test_what_only_is_the_default_is_as_if_nobody_wrote_it() -> None:
    plain = {"image": "nginx:1.27"}
    assert digest(workload_of(written({**plain, "privileged": False, "read_only": False}))) == digest(
        workload_of(written(plain))
    )


def test_words_about_it_do_not_count() -> None:
    labelled = {**SERVICE, "labels": {"team": "shop"}, "annotations": {"note": "x"}}
    assert digest(workload_of(written(labelled))) == digest(workload_of(written(SERVICE)))


def test_a_seccomp_profile_counts_by_what_it_says() -> None:
    now = digest(workload_of(written(SERVICE)))
    again = json.dumps(json.loads(PROFILE), indent=4)
    assert digest(workload_of(written(SERVICE), again)) == now
    assert digest(workload_of(written(SERVICE), PROFILE.replace('"read"', '"read", "write"'))) != now


def test_what_cannot_be_known_counts_as_it_is_written() -> None:
    def of(value: str) -> str:
        return digest(workload_of(f"services:\n  web:\n    image: nginx\n    user: {value}\n"))

    assert of("$WHO") == of('"$WHO"') == of("'$WHO'   # who")
    assert of("$WHO") != of("$WHOM")
    assert of("$WHO") != of("33")


def test_a_value_of_a_variable_is_not_in_it() -> None:
    text = "services:\n  web:\n    image: nginx\n    environment:\n      PASSWORD: ${PASSWORD}\n"
    facts = [
        examined({"compose.yaml": text, ".env": f"PASSWORD={value}\n"}).facts for value in ("secret-1", "secret-2")
    ]
    one, two = (next(fact for fact in some if isinstance(fact, Workload)) for some in facts)
    assert digest(one) == digest(two)
    assert "secret" not in str(stated(one))


def test_other_syntaxes_count_alike() -> None:
    def of(line: str) -> str:
        return digest(workload_of(line, path="run.sh"))

    assert of("docker run -d --cap-drop ALL --user 1 nginx\n") == of(
        'docker run --user="1" \\\n  --cap-drop=all -d nginx\n'
    )
    assert of("docker run -d --user 1 nginx\n") != of("docker run -d --user 2 nginx\n")


def test_every_field_counts_but_those_that_are_named() -> None:
    names = {slot.name for slot in Workload.slots()}
    assert names >= ASIDE


# ---- proofs ---------------------------------------------------------------------------------------------------------

PROVEN = (
    Proven("cap_drop", "ALL"),
    Proven("cap_add", "SYS_ADMIN", absent=True),
    Proven("cap_add", "CHOWN", kept=True, why="it gives its files to another user"),
    Proven("read_only", True),
    Proven("mounts", normal(Mount("tmpfs", None, "/run"))),
    Proven("memory", 64 << 20),
)
BASE = {"image": "nginx:1.27", "cap_add": ["SYS_ADMIN"], "mem_limit": "1g"}
ALL_OF_IT = {
    "image": "nginx:1.27", "cap_drop": ["ALL"], "cap_add": ["CHOWN"], "read_only": True, "tmpfs": "/run",
    "mem_limit": "64m",
}  # fmt: skip


def proof_of(service: Mapping[str, Any]) -> Proof:
    was = workload_of(written(service))
    items = with_before(was, PROVEN)
    assert [item.was for item in items if item.field == "memory"] == [1 << 30]
    return identified(
        Proof(
            "", was.subject, "compose.yaml", digest(was, PROVEN), "nginx:1.27", "", "docker 28", "6.1",
            "2026-01-01T00:00:00+00:00", 3, 20, 20, items, digest(was),
        )
    )  # fmt: skip


def test_with_all_that_was_proven_it_is_what_was_proven() -> None:
    assert digest(workload_of(written(BASE)), PROVEN) == digest(workload_of(written(ALL_OF_IT)))
    state = stated(workload_of(written(ALL_OF_IT)))
    assert all(holds(state, item) for item in PROVEN)
    before = stated(workload_of(written(BASE)))
    assert [item.field for item in PROVEN if holds(before, item)] == []


@pytest.mark.parametrize(
    ("service", "covered"),
    [
        (BASE, True),
        (ALL_OF_IT, True),
        ({**ALL_OF_IT, "labels": {"a": "b"}}, True),
        ({key: value for key, value in ALL_OF_IT.items() if key != "mem_limit"}, True),
        ({**BASE, "cap_drop": ["ALL"], "mem_limit": "64m"}, True),
        ({**BASE, "cap_drop": ["ALL"]}, True),
        ({**BASE, "mem_limit": "2g"}, False),
        ({**ALL_OF_IT, "mem_limit": "32m"}, False),
        ({**ALL_OF_IT, "cap_add": ["CHOWN", "NET_ADMIN"]}, False),
        ({**ALL_OF_IT, "tmpfs": "/run:size=1k"}, False),
        ({**BASE, "image": "nginx:1.28"}, False),
        ({**BASE, "command": "sleep 1"}, False),
    ],
)
def test_a_proof_covers_what_was_proven_and_the_way_to_it(service: dict[str, Any], covered: bool) -> None:
    assert covers(proof_of(BASE), workload_of(written(service))) is covered


def test_items_come_back_as_the_fact_has_them() -> None:
    for field, item in (
        ("mounts", Mount("tmpfs", None, "/run", options=("size=1m", "uid=33"))),
        ("ports", Port("80", "8080", "127.0.0.1")),
        ("ulimits", Ulimit("nofile", 1, 2)),
        ("sysctls", ("a.b", "1")),
        ("cap_drop", "ALL"),
        ("memory", 5),
        ("cpus", 2.0),
    ):
        assert revived(field, json.loads(json.dumps(normal(item)))) == item
    with pytest.raises(ValueError, match="no item of mounts"):
        revived("mounts", {"colour": "red"})
