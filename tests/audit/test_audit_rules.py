"""Rules and records of the kernel's audit without a kernel: what is read, wanted and written."""

from __future__ import annotations

import struct

import pytest

from hardhull.audit.records import hit_in
from hardhull.audit.wanted import file_text, wishes
from hardhull.audit.x86 import connects_by_32_bits
from hardhull.facts.host import AuditRule, InUse, recorded
from hardhull.formats.auditd import parse, read
from hardhull.hosts.kernel_rules import NUMBERS, RULE, text_of
from hardhull.model.source import Source

SOCKET = InUse("/run/docker.sock", "socket", "a socket of dockerd")
ENGINE = InUse("/usr/sbin/dockerd", "program", "a program", engine=True)
DATA = InUse("/var/lib/docker", "state", "the engine's data")


def rule_of(action: int, fields: list[tuple[int, int, int]], texts: bytes = b"", filter_: int = 4) -> bytes:
    """A ``struct audit_rule_data`` about all calls."""
    padding = [0] * (NUMBERS - len(fields))
    columns = [[*column, *padding] for column in zip(*fields, strict=True)]
    mask = [0xFFFFFFFF] * (NUMBERS - 1) + [0]
    return RULE.pack(filter_, action, len(fields), *mask, *columns[0], *columns[1], *columns[2], len(texts)) + texts


EQUAL, UNEQUAL = 0x40000000, 0x30000000


def test_the_kernels_rules_are_read_as_they_are() -> None:
    """auditctl 3.0.9 shows the first as ``-w /x -p wa`` and the second with ``exe=``."""
    assert text_of(rule_of(0, [(107, 2, EQUAL), (106, 10, EQUAL)], b"/x")) == "-a never,exit -F dir=/x -F perm=wa"
    data = rule_of(2, [(107, 2, EQUAL), (106, 10, EQUAL), (112, 2, UNEQUAL), (210, 1, EQUAL)], b"/x/yk")
    assert text_of(data) == "-a always,exit -F dir=/x -F perm=wa -F exe!=/y -k k"


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        (["-a always,exit -F arch=b64 -S connect -F path=/run/docker.sock"], True),
        (["-a always,exit -F arch=b64 -S connect -F path=/var/run/docker.sock"], True),
        (["-a always,exit -F arch=b32 -S connect -F path=/run/docker.sock"], False),
        (["-w /run/docker.sock -p rwa"], False),
        (["-a never,task", "-a always,exit -F arch=b64 -S connect -F path=/run/docker.sock"], False),
        (["-a never,exit -F arch=b64 -S connect", "-a always,exit -F arch=b64 -S connect"], False),
        (["-a never,exit -F arch=b64 -S connect -F uid=33", "-a always,exit -F arch=b64 -S connect"], True),
        (["-a always,exit -F arch=b64 -S connect -F auid>=1000"], False),
    ],
)
def test_a_socket_is_recorded_by_connections_alone(rules: list[str], kept: bool) -> None:
    found = [rule for text in rules if (rule := parse(text.split())) is not None]
    assert recorded(found, SOCKET) is kept


def test_a_folder_is_not_recorded_below_a_rule_that_leaves_it_out() -> None:
    never = AuditRule("/var/lib", tree=True, perms="wa", action="never")
    always = AuditRule("/var/lib/docker", tree=True, perms="wa")
    assert recorded([always, never], DATA)
    assert not recorded([never, always], DATA)
    assert recorded([never._replace(fields=(("exe", "=", "/usr/sbin/dockerd"),)), always], DATA)


def test_what_the_engine_does_itself_is_left_out_before_its_folder_is_recorded() -> None:
    made, there, unnamed = wishes([SOCKET, ENGINE, DATA], [])
    assert (there, unnamed) == ([], [])
    about = [wish for wish in made if wish.used == DATA]
    assert [wish.quiet for wish in about] == [True, False]
    assert about[0].text == "-a never,exit -F dir=/var/lib/docker -F perm=wa -F exe=/usr/sbin/dockerd -k hardhull-state"


def test_the_file_is_read_again_as_the_same_rules() -> None:
    made, _, _ = wishes([SOCKET, ENGINE, DATA], [])
    (host,) = read([Source("etc/audit/rules.d/50-hardhull.rules", file_text(made))])
    assert [item.value for item in host.audit_rules.value] == [wish.rule for wish in made]
    assert host.problems.value == ()


def test_paths_that_no_rule_can_name_are_told() -> None:
    made, _, unnamed = wishes(
        [InUse("/opt/my docker/dockerd", "program", ""), InUse(f"/{'x' * 107}", "socket", "")], []
    )
    assert made == []
    assert unnamed == ["/opt/my docker/dockerd", f"/{'x' * 107}"]


HIT = (
    "type=SYSCALL msg=audit(1795871823.351:2532): arch=c000003e syscall=42 success=yes exit=0 a0=3 items=1 ppid=1 pid=77 "
    'auid=4294967295 uid=0 tty=(none) ses=4294967295 comm="curl" exe="/usr/bin/curl" subj=unconfined key={}'
)


def test_only_calls_with_a_rules_key_are_hits() -> None:
    found = hit_in(HIT.format('"hardhull-socket"'))
    assert found is not None
    assert (found.pid, found.key, found.call, found.event) == (77, "hardhull-socket", 42, "1795871823.351:2532")
    several = hit_in(HIT.format("68617264" + "01" + "6F74686572"))
    assert several is not None
    assert several.key == "hard"
    assert hit_in(HIT.format("(null)")) is None
    assert (
        hit_in('type=CONFIG_CHANGE msg=audit(1.0:1): auid=0 ses=1 op=add_rule key="hardhull-socket" list=4 res=1')
        is None
    )


def test_the_small_program_of_32_bits_is_whole() -> None:
    data = connects_by_32_bits("/run/docker.sock")
    assert data[:5] == b"\x7fELF\x01"
    offset = struct.unpack_from("<I", data, 84 + 30)[0]
    assert data[offset - 0x08048000 :].startswith(b"\x01\x00/run/docker.sock\0")
    with pytest.raises(ValueError, match="107 bytes"):
        connects_by_32_bits("/" + "x" * 107)
