"""Fixes of pipelines and audit rules: what a fix writes into the bad example is the good one, and again is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from texts import PATHS, marks_of

from hardhull.formats import auditd, systemd
from hardhull.formats.script import github, gitlab, makefile, shell
from hardhull.formats.writing import write
from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.rules.rule import Example, Rule, rules_for
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.fact import Fact
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding

READERS = {"shell": shell, "workflow": github, "gitlab": gitlab, "makefile": makefile, "systemd": systemd}
RULES = [*rules_for("pipeline"), *rules_for("host")]
WRITTEN = {*READERS, "auditd"}
"""Syntaxes of files; what was read of a machine is nobody's to edit."""
CASES = [(rule, example) for rule in RULES for example in rule.examples if example.syntax in WRITTEN]
BY_NAME = {rule.name: rule for rule in RULES}


def facts_of(data: bytes, syntax: str) -> list[Fact]:
    source = Source(PATHS[syntax], data)
    if syntax == "auditd":
        return list(auditd.read([source]))
    return list(READERS[syntax].read(source).pipelines)


def findings(data: bytes, syntax: str, rule: Rule) -> list[tuple[Fact, Finding]]:
    return [(fact, finding) for fact in facts_of(data, syntax) for finding in rule.check(fact, Policy())]


class Fixed(NamedTuple):
    data: bytes
    made: list[Fix]
    refused: list[str]


def fixed(data: bytes, syntax: str, rule: Rule) -> Fixed:
    drafts = Drafts()
    made, refused = [], []
    for fact, finding in findings(data, syntax, rule):
        for fix in finding.fixes[:1]:
            if not fix.changes:
                continue
            try:
                write(fact, fix.changes, drafts)
                made.append(fix)
            except UnwritableError as error:
                refused.append(error.why)
    return Fixed(next((draft.result() for draft in drafts), data), made, refused)


def bad_of(rule: Rule, example: Example) -> bytes:
    path = PATHS[example.syntax]
    return marks_of(example.bad, path, rule.id)[0][path].encode()


def name_of(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}-{example.syntax}-{rule.examples.index(example)}"


AUTOMATIC = [case for case in CASES if fixed(bad_of(*case), case[1].syntax, case[0]).made]


@pytest.mark.parametrize("case", AUTOMATIC, ids=name_of)
def test_the_fix_of_the_bad_example_writes_the_good_one(case: tuple[Rule, Example]) -> None:
    rule, example = case
    result = fixed(bad_of(rule, example), example.syntax, rule)
    assert not result.refused
    assert result.data.decode() == example.good.removeprefix("\n")
    assert not findings(result.data, example.syntax, rule)
    windows = fixed(bad_of(rule, example).replace(b"\n", b"\r\n"), example.syntax, rule)
    if example.syntax != "auditd":
        assert windows.data == result.data.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_every_finding_says_what_to_do(case: tuple[Rule, Example]) -> None:
    rule, example = case
    found = findings(bad_of(rule, example), example.syntax, rule)
    assert found
    for _fact, finding in found:
        (fix,) = finding.fixes
        assert fix.title
        assert bool(fix.changes) != bool(fix.advice)
        assert not (rule.by_hand and fix.changes)


SHELL = "shell"


@pytest.mark.parametrize(
    ("name", "syntax", "before", "after"),
    [
        ("scan-cannot-fail", SHELL, "set -e\ntrivy image --exit-code=0 a\n", "set -e\ntrivy image --exit-code=1 a\n"),
        ("scan-cannot-fail", SHELL, "set -e\ntrivy image --exit-code '0' a\n", "set -e\ntrivy image --exit-code '1' a\n"),
        ("scan-cannot-fail", SHELL, "set -e\ntrivy image a || true\n", "set -e\ntrivy image --exit-code 1 a\n"),
        ("scan-cannot-fail", SHELL, "grype a ||\\\n  true\necho\n", "grype --fail-on high a || exit 1\necho\n"),
        ("scan-cannot-fail", SHELL, "grype a\necho\n", "grype --fail-on high a || exit 1\necho\n"),
        ("scan-cannot-fail", SHELL, "set -e\ndocker run --rm aquasec/trivy image a\n",
         "set -e\ndocker run --rm aquasec/trivy image --exit-code 1 a\n"),
        ("scan-cannot-fail", "makefile", "scan:\n\t-docker scout cves $(IMG)\n", "scan:\n\tdocker scout cves --exit-code $(IMG)\n"),
        ("scan-cannot-fail", "gitlab", "a:\n  script:\n    - trivy image a\n  allow_failure: true\n",
         "a:\n  script:\n    - trivy image --exit-code 1 a\n"),
        ("scan-cannot-fail", "workflow",
         "on: push\njobs:\n  a:\n    continue-on-error: true # yes\n    steps:\n      - uses: aquasecurity/trivy-action@v1\n        with: {exit-code: '0'}\n",
         "on: push\njobs:\n  a:\n    # yes\n    steps:\n      - uses: aquasecurity/trivy-action@v1\n        with: {exit-code: '1'}\n"),
        ("verification-ignored", "systemd", "[Service]\nExecStartPre=-/usr/bin/cosign verify --key k a\n",
         "[Service]\nExecStartPre=/usr/bin/cosign verify --key k a\n"),
        ("content-trust", SHELL, "DOCKER_CONTENT_TRUST=1 docker pull a\n", "docker pull a\n"),
        ("content-trust", "workflow", "on: push\nenv:\n  DOCKER_CONTENT_TRUST: 1\n  B: c\njobs:\n  a:\n    steps:\n      - run: docker pull a\n",
         "on: push\nenv:\n  B: c\njobs:\n  a:\n    steps:\n      - run: docker pull a\n"),
        ("registry-password-in-command", SHELL, 'sudo docker login -u a -p "$P" r.io || exit 1\n',
         'printf %s "$P" | sudo docker login -u a --password-stdin r.io || exit 1\n'),
        ("registry-password-in-command", SHELL, "docker login --password=$P \\\n  -u a\n",
         "printf %s $P | docker login --password-stdin \\\n  -u a\n"),
        ("script-tls-check-disabled", SHELL, "docker info\ncurl -fsSLk \\\n  https://a.com/x\n", "docker info\ncurl -fsSL \\\n  https://a.com/x\n"),
        ("script-tls-check-disabled", SHELL, "wget \\\n  --no-check-certificate \\\n  https://a.com/x\ndocker info\n",
         "wget \\\n  https://a.com/x\ndocker info\n"),
        ("engine-opened-by-script", SHELL, "dockerd --host=tcp://0.0.0.0:1 -D &\n", "dockerd -D &\n"),
        ("exec-with-privileges", SHELL, "docker exec -u 0 a b\n", "docker exec a b\n"),
        ("exec-with-privileges", SHELL, "docker exec --user=root a b\n", "docker exec a b\n"),
        ("audit-rules-not-loaded", "auditd", "-w /etc/docker -p wa # a\n", "# a\n-w /etc/docker -p wa\n"),
    ],
)  # fmt: skip
def test_more_cases(name: str, syntax: str, before: str, after: str) -> None:
    result = fixed(before.encode(), syntax, BY_NAME[name])
    assert not result.refused
    assert result.data.decode() == after
    assert not fixed(result.data, syntax, BY_NAME[name]).made


@pytest.mark.parametrize(
    ("name", "syntax", "text", "why"),
    [
        ("scan-cannot-fail", SHELL, "trivy image a | tee log\n", "only the last command"),
        ("scan-cannot-fail", SHELL, "A='trivy image a'\n$A\nset +e\n", ""),
        ("content-trust", SHELL, "export DOCKER_CONTENT_TRUST=1 B=2\ndocker pull a\n", "together"),
        ("exec-with-privileges", SHELL, "O=--privileged\ndocker exec $O a b\n", "not written where the command is"),
        ("registry-password-in-command", SHELL, 'docker login -u a -p "$P" < x\n', "reads something else"),
    ],
)
def test_refused(name: str, syntax: str, text: str, why: str) -> None:
    result = fixed(text.encode(), syntax, BY_NAME[name])
    assert not result.made
    assert result.data == text.encode()
    assert all(why in refused for refused in result.refused)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl --insecure https://example.com/x", "curl https://example.com/x"),
        ("curl --insecure https://api.${PROJECT}_net/x", "curl --insecure https://api.${PROJECT}_net/x"),
    ],
)
def test_a_host_that_a_variable_names_may_have_a_certificate_of_its_own(command: str, expected: str) -> None:
    rule = BY_NAME["script-tls-check-disabled"]
    text = "docker pull registry.example.com/shop/api:1.4.0\n"
    assert fixed(f"{text}{command}\n".encode(), "shell", rule).data == f"{text}{expected}\n".encode()
