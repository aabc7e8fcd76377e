"""Audit rules: what auditctl takes, and what the rules would record."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.host import AuditRule, Host, covers, missing, sees_connections, watches_socket
from hardhull.formats.auditd import looks_like, read
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError


def host(text: str | bytes, path: str = "audit.rules") -> Host:
    (found,) = read([Source(path, text if isinstance(text, bytes) else text.encode())])
    return found


def rules(text: str, path: str = "audit.rules") -> list[AuditRule]:
    return [item.value for item in host(text, path).audit_rules.value]


def problems(text: str, path: str = "audit.rules") -> list[str]:
    return [item.value.why for item in host(text, path).problems.value]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-w /etc/docker -p wa -k docker", AuditRule("/etc/docker", perms="wa", key="docker")),
        ("-w /etc/docker/", AuditRule("/etc/docker", perms="rwxa")),
        ("  -k k -pWA -w/x ", AuditRule("/x", perms="wa", key="k")),
        (
            "-a exit,always -F arch=b64 -S connect,bind -S open -F path=/s -F key=k",
            AuditRule("/s", syscalls=("connect", "bind", "open"), fields=(("arch", "=", "b64"),), key="k"),
        ),
        ("-a always,exit -F dir=/d -F perm=war", AuditRule("/d", tree=True, perms="war")),
        ("-a always,exit -F auid>=1000", AuditRule("", syscalls=("all",), fields=(("auid", ">=", "1000"),))),
        ("-a never,exclude -F msgtype=CWD", AuditRule("", action="never", filter="exclude",
                                                      fields=(("msgtype", "=", "CWD"),))),
    ],
)  # fmt: skip
def test_rules(text: str, rule: AuditRule) -> None:
    assert rules(text) == [rule]
    assert problems(text) == []


def test_settings_comments_and_places() -> None:
    text = "\ufeff# -w /no\r\n\r\n-D\r\n-b 8192\r\n-f 1\r\n--backlog_wait_time 60000\r\n-w /é -p r\r\n-e 2"
    found = host(text)
    assert found.audit_enabled.value == 2
    assert found.audit_backlog.value == 8192
    (rule,) = found.audit_rules.value
    data = text.encode()
    assert data[rule.place.span.start : rule.place.span.end].decode() == "-w /é -p r"
    assert found.problems.value == ()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-w etc/docker", "does not begin with /"),
        ("-w", "needs a value"),
        ("-w /x -p rwq", "no set of the permissions"),
        ("-w /x -S open", "no -S"),
        ("-w /x # why", "# is no option"),
        ("-w /x why", "belongs to no option"),
        ("-a always -S open", "not an action and a list"),
        ("-a always,exit -F path", "not of the form field=value"),
        ("-w /x -k " + "k" * 300, "longer than 256"),
        ("-b many", "needs a number"),
        ("--bogus", "no option of auditctl"),
        ("docker", "no option of auditctl"),
    ],
)
def test_lines_that_auditctl_refuses(line: str, why: str) -> None:
    (problem,) = problems(f"{line}\n-w /y\n")
    assert why in problem
    assert problem.endswith("auditctl stops here, the rules below are not loaded")
    assert problems(f"-i\n{line}\n")[0].endswith("auditctl goes on")


def test_wildcards_are_loaded_and_never_match() -> None:
    assert problems("-w /etc/*.conf") == [
        "wildcards and .. as in /etc/*.conf mean nothing to the kernel, the rule never matches"
    ]
    assert len(rules("-w /etc/*.conf")) == 1


def test_order_matters_to_auditctl_but_not_to_augenrules() -> None:
    text = "-w /a\n-D\n-w /b\n-e 2\n-w /c\n"
    assert [rule.path for rule in rules(text)] == ["/b"]
    assert [why.split()[0] for why in problems(text)] == ["-D", "-e"]
    assert [rule.path for rule in rules(text, "etc/audit/rules.d/x.rules")] == ["/a", "/b", "/c"]
    assert problems(text, "etc/audit/rules.d/x.rules") == []


def test_files_of_one_folder_are_loaded_together_in_natural_order() -> None:
    names = ("rules.d/10-b.rules", "rules.d/9-a.rules", "other/x.rules")
    found = read(Source(name, f"-w /{number}".encode()) for number, name in enumerate(names))
    assert [[rule.value.path for rule in one.audit_rules.value] for one in found] == [["/2"], ["/1", "/0"]]


@pytest.mark.parametrize(
    ("text", "path", "covered"),
    [
        ("-w /etc/docker -p wa", "/etc/docker/daemon.json", True),
        ("-w /etc/docker -p r", "/etc/docker/daemon.json", False),
        ("-w /etc/dock -p wa", "/etc/docker", False),
        ("-w / -p wa", "/etc/docker", True),
        ("-w /lib/systemd/system/docker.service", "/usr/lib/systemd/system/docker.service", True),
        ("-w /var/run/containerd", "/run/containerd", True),
        ("-a never,exit -F dir=/etc", "/etc/docker", False),
        ("-a always,exit -F dir=/etc -F perm=wa", "/etc/docker", True),
        ("-a always,exit -S open", "/etc/docker", False),
    ],
)
def test_what_a_rule_covers(text: str, path: str, covered: bool) -> None:
    assert covers(rules(text)[0], path) is covered


@pytest.mark.parametrize(
    ("text", "sees"),
    [
        ("-w /var/run/docker.sock -p rwxa", False),
        ("-a always,exit -F path=/run/docker.sock -F perm=rw", False),
        ("-a always,exit -F arch=b64 -S connect -F path=/run/docker.sock", True),
        ("-a always,exit -F arch=b64 -S connect", True),
        ("-a always,exit -F arch=b64 -S connect -F path=/run/other.sock", False),
        ("-a never,exit -F arch=b64 -S connect", False),
    ],
)
def test_only_the_call_itself_is_seen(text: str, sees: bool) -> None:
    assert sees_connections(rules(text)[0]) is sees


def test_watches_on_sockets_and_what_is_missing() -> None:
    assert watches_socket(rules("-w /run/containerd/containerd.sock -p r")[0])
    assert not watches_socket(rules("-w /run/docker -p r")[0])
    assert [item.cis for item in missing(rules("-w /usr/bin -p x\n-w /etc -p wa\n-w /usr/lib -p wa"))] == [
        "1.1.4",
        "1.1.5",
    ]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableError):
        host(b"-w /\xff\xfe")
    with pytest.raises(UnreadableError):
        host(b"-w /\0")
    assert looks_like(b"# x\n  -w /etc\n")
    assert not looks_like(b"nothing")
    assert host("").audit_rules.value == ()


WORDS = st.sampled_from(
    ["-w", "-a", "-p", "-k", "-F", "-S", "-D", "-e", "2", "wa", "/etc", "path=/x", "always,exit", "#", "é"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=6), max_size=6))
def test_no_line_breaks_the_reader(lines: list[list[str]]) -> None:
    text = "\n".join(" ".join(words) for words in lines)
    found = host(text)
    for place in [item.place for item in found.audit_rules.value] + [item.place for item in found.problems.value]:
        shown = text.encode()[place.span.start : place.span.end].decode()
        assert shown == shown.strip()
        assert "\n" not in shown
        assert shown
