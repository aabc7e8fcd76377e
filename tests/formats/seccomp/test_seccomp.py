"""What seccomp profiles really allow, with Docker's own default profile as the yardstick."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.capabilities import DOCKER_DEFAULT, NAMES
from hardhull.facts.seccomp import (
    SeccompProfile,
    beyond_default,
    dangerous,
    docker_default,
    evaluate,
    is_off,
    missing_to_start,
)
from hardhull.facts.syscalls import DANGEROUS, START, START_WITH_PRIVILEGES, known
from hardhull.formats.seccomp import looks_like, read, read_text
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source


def profile(default: str | None, *rules: dict[str, Any], **more: object) -> SeccompProfile:
    body: dict[str, Any] = {"defaultAction": default} if default else {}
    return read_text(json.dumps({**body, "syscalls": list(rules), **more}))


def rule(*names: str, action: str = "SCMP_ACT_ALLOW", **more: object) -> dict[str, Any]:
    return {"names": list(names), "action": action, **more}


def problems(found: SeccompProfile) -> list[tuple[str, str, bool]]:
    return [(one.value.kind, one.value.key, one.value.stops) for one in found.problems.value]


ERRNO, ALLOW = "SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW"


def test_docker_default() -> None:
    default = docker_default()
    assert {"mount", "unshare", "bpf", "io_uring_setup", "keyctl", "userfaultfd", "clone3"} <= default.stopped
    assert {"read", "execve", "chroot", "ptrace", "openat2"} <= default.allowed
    assert default.partly == {"clone", "personality", "socket"}
    assert default.allowed | default.partly | default.stopped == known(amd64_only=True)
    assert DANGEROUS.keys() & known(amd64_only=True) <= default.stopped
    assert default.allowed >= START | START_WITH_PRIVILEGES


def test_capabilities_open_calls_of_the_default_profile() -> None:
    admin = docker_default(DOCKER_DEFAULT | {"SYS_ADMIN"})
    assert {"mount", "unshare", "clone", "clone3"} <= admin.allowed
    assert "io_uring_setup" in docker_default(NAMES).stopped


def test_conditions_of_rules() -> None:
    found = profile(
        ERRNO,
        rule("mount", includes={"caps": ["CAP_SYS_ADMIN"]}),
        rule("bpf", excludes={"caps": ["CAP_SYS_ADMIN"]}),
        rule("acct", includes={"arches": ["arm64"]}),
        rule("kcmp", includes={"minKernel": "9.0"}),
        rule("reboot", excludes={"minKernel": "4.8"}),
        rule("socket", args=[{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]),
        rule("clone", args=[{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]),
    )
    assert evaluate(found).allowed == {"bpf"}
    assert evaluate(found).partly == {"socket", "clone"}
    assert evaluate(found, DOCKER_DEFAULT | {"SYS_ADMIN"}).allowed == {"mount"}
    assert evaluate(found, arch="arm64").allowed == {"bpf", "acct"}
    assert evaluate(found, kernel=(9, 1)).allowed == {"bpf", "kcmp"}
    assert evaluate(found, kernel=(4, 4)).allowed == {"bpf", "reboot"}
    masked = found.rules.value[-1].value.conditions[0]
    assert (masked.operator, masked.value, masked.mask) == ("&==", 0, 2114060288)


@pytest.mark.parametrize(
    ("found", "everything"),
    [
        (profile(ALLOW), True),
        (profile("SCMP_ACT_LOG"), True),
        (profile(None), True),
        (profile(ALLOW, rule("chmod", action=ERRNO)), True),
        (profile(ALLOW, rule("mount", action="SCMP_ACT_KILL")), False),
        (profile(ALLOW, rule("mount", action=ALLOW)), True),
        (profile(ERRNO, rule(*known())), True),
        (profile(ERRNO, rule("read")), False),
    ],
)
def test_profiles_that_are_worth_no_more_than_none(found: SeccompProfile, everything: bool) -> None:
    assert found.allows_all is everything


def test_off() -> None:
    assert is_off(read_text("{}"))
    assert not is_off(profile(ERRNO))


def test_beyond_the_default() -> None:
    found = profile(ERRNO, rule("keyctl", "socket", "read", "mount"), rule("bpf", args=[{"op": "SCMP_CMP_EQ"}]))
    assert beyond_default(found) == {"keyctl", "socket", "mount", "bpf"}
    assert dangerous(found) == ("bpf", "keyctl", "mount")
    assert dangerous(found, DOCKER_DEFAULT | {"SYS_ADMIN"}) == ("keyctl",)


def test_the_five_calls_of_a_guide_start_nothing() -> None:
    found = profile(ERRNO, rule("read", "write", "exit", "sigreturn", "rt_sigreturn"))
    assert missing_to_start(found, no_new_privileges=True) == ("close", "execve", "fstatfs", "getdents64", "openat")
    assert "setuid" in missing_to_start(found, no_new_privileges=False)


def test_no_new_privileges_needs_less() -> None:
    found = profile(ERRNO, rule(*START))
    assert missing_to_start(found, no_new_privileges=True) == ()
    assert set(missing_to_start(found, no_new_privileges=False)) == START_WITH_PRIVILEGES


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"defaultAction": "SCMP_ACT_DENY"}, [("value", "defaultAction", True)]),
        ({"defaultAction": "ALLOW"}, [("value", "defaultAction", True)]),
        ({"defaultAction": "scmp_act_allow"}, [("value", "defaultAction", True)]),
        ({"defaultAction": 1}, [("type", "defaultAction", True)]),
        ({"syscalls": [rule("read")]}, [("value", "defaultAction", True)]),
        ({"defaultAction": ERRNO, "syscalls": {}}, [("type", "syscalls", True)]),
        ({"defaultAction": ERRNO, "syscalls": [1]}, [("type", "syscalls", True)]),
        ({"defaultAction": ERRNO, "syscalls": [{"names": ["read"]}]}, [("value", "action", True)]),
        ({"defaultAction": ERRNO, "syscalls": [rule()]}, [("value", "names", False)]),
        ({"defaultAction": ERRNO, "syscalls": [rule("pread")]}, [("unknown", "pread", False)]),
        ({"defaultAction": ERRNO, "syscalls": [rule("cacheflush", "socketcall")]}, []),
        ({"defaultAction": ERRNO, "syscalls": [rule("read", args=[{"op": "EQ"}])]}, [("value", "op", True)]),
        ({"defaultAction": ERRNO, "syscalls": [rule("read", name="open")]}, [("exclusive", "name", True)]),
        ({"defaultAction": ERRNO, "syscalls": [{"name": "open", "action": ALLOW}]}, []),
        (
            {"defaultAction": ERRNO, "architectures": ["SCMP_ARCH_X86_64"], "archMap": [{"architecture": "x"}]},
            [("exclusive", "archMap", True)],
        ),
        (
            {"defaultAction": ERRNO, "syscalls": [rule("read", includes={"minKernel": 4})]},
            [("value", "minKernel", True)],
        ),
        ([], [("type", "profile", True)]),
    ],
)
def test_words_that_mean_nothing(body: object, expected: list[tuple[str, str, bool]]) -> None:
    assert problems(read_text(json.dumps(body))) == expected


def test_what_cannot_be_read_is_unknown() -> None:
    with pytest.raises(NotKnownError):
        evaluate(profile("SCMP_ACT_DENY"))
    with pytest.raises(NotKnownError):
        evaluate(profile(ERRNO, {"names": ["read"], "action": "x"}))
    with pytest.raises(NotKnownError):
        evaluate(read_text("[]"))


def test_oci_configurations_and_places() -> None:
    text = '{"ociVersion": "1.0",\r\n "linux": {"seccomp": {"defaultaction": "SCMP_ACT_KILL",\n "syscalls": null}}}'
    found = read(Source("bundle/config.json", text.encode()))
    assert found.subject == "seccomp profile config.json"
    assert found.default_action.value == "kill"
    assert text[found.default_action.place.span.start : found.default_action.place.span.end] == '"SCMP_ACT_KILL"'
    assert found.place.start.line == 2


def test_architectures() -> None:
    found = profile(ERRNO, archMap=[{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}])
    assert [item.value for item in found.architectures.value] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]


def test_looks_like() -> None:
    assert looks_like(b'{"defaultAction": "x", "syscalls": []}')
    assert not looks_like(b'{"defaultAction": "x"}')


ANY: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", ALLOW, ERRNO, "read", "mount", "4.8", "CAP_X"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["names", "name", "action", "args", "op", "includes", "excludes", "caps", "minKernel"]),
            inner,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from(["defaultAction", "syscalls", "archMap", "linux", "architectures"]), ANY))
def test_nothing_that_is_json_breaks_the_reader(body: dict[str, Any]) -> None:
    found = read_text(json.dumps(body))
    try:
        result = evaluate(found)
    except NotKnownError:
        assert found.problems.value
    else:
        assert not result.allowed & result.stopped
        assert result.allowed | result.partly | result.stopped == known(amd64_only=True)
