"""A scan that goes on from an earlier one says in every point what a scan from nothing says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from texts import PATHS, discovery_of, marks_of

from hardhull.facts.profile import Call, Profile, Run
from hardhull.fix.choose import Choices, choose
from hardhull.fix.drafting import draft
from hardhull.formats import profile as profile_format
from hardhull.model.change import Risk
from hardhull.rules.policy import Policy
from hardhull.rules.rule import all_rules
from hardhull.scan import Examination, Options, examine, gather
from hardhull.scan.discover import Candidate, Discovery
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.fix.choose import Ask
    from hardhull.model.change import Pin
    from hardhull.rules.rule import Example

OPTIONS = Options(today="2026-01-01", facts=True)
EXAMPLES = [(rule.id, example) for rule in all_rules() for example in rule.examples]
AT_ONCE = 40
ALL = Choices(risk=Risk.NEEDS_PROOF, unsure=True)

RUN = Run(
    "service app", "bpf", "2026-01-01T00:00:00+00:00", 3.0, exercised=("start",),
    syscalls=frozenset({Call("amd64", "read")}), path="compose.yaml",
)  # fmt: skip

TREE = {
    ".env": "TAG=1.27\nCOMPOSE_PROFILES=full\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - run: docker build -t example.com/app:1 app\n      - run: trivy image --exit-code 1 example.com/app:1\n",
    "Makefile": "up:\n\tdocker compose -f stack/compose.base.yaml -f stack/compose.more.yaml up\n",
    "app/.dockerignore": ".git\n.env\n",
    "app/Dockerfile": "FROM debian:12 AS base\nRUN apt-get update && apt-get install -y curl\n"
    'FROM base AS final\nCOPY . /srv\nUSER 1000:1000\nCMD ["/srv/run"]\n',
    "app/.env.example": "TOKEN=\n",
    "app/package.json": "{}\n",
    "common.yaml": "services:\n  base:\n    image: example.com/app:1\n    cap_drop: [ALL]\n    env_file: app.env\n",
    "app.env": "PASSWORD=hunter2hunter2\n",
    "compose.yaml": "name: shop\ninclude:\n  - part/compose.yaml\nservices:\n  web:\n    image: nginx:${TAG}\n"
    '  app:\n    security_opt: ["seccomp=profile.json"]\n    build:\n      context: app\n      target: final\n'
    '    ports: ["8080:80"]\n  job:\n    extends:\n      file: common.yaml\n      service: base\n    profiles: [full]\n'
    "    depends_on: [web]\n",
    "compose.override.yaml": "services:\n  web:\n    privileged: true\n",
    "daemon.json": '{"log-driver": "json-file", "no-new-privileges": true}\n',
    "docker.service": "[Service]\nExecStart=/usr/bin/dockerd --icc=false\n",
    "etc/docker.rules": "-w /usr/bin/dockerd -k docker\n",
    "hardhull/profiles/app.json": profile_format.write(Profile((RUN,))),
    "k8s/kustomization.yaml": "resources: [pod.yaml]\n",
    "k8s/patch.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, tty: true}]\n",
    "k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec:\n"
    "  containers:\n    - name: web\n      image: nginx:1.27\n",
    "k8s/policy.yaml": "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: shop}\n"
    "spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n",
    "part/compose.yaml": "services:\n  db:\n    image: postgres:17\n    env_file: .env\n",
    "part/.env": "POSTGRES_PASSWORD=postgres\n",
    "profile.json": '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}\n',
    "run.sh": "docker run --name web example.com/app:1\ndocker run redis\n",
    "stack/compose.base.yaml": "services:\n  one:\n    image: busybox\n",
    "stack/compose.more.yaml": "services:\n  one:\n    privileged: true\n",
    "web.container": "[Container]\nImage=nginx:1.27\n",
    "web.container.d/more.conf": "[Container]\nUser=1000\n",
}
"""Files that look at each other in every way that readers and links know."""


def changed(found: Discovery, files: dict[str, str]) -> Discovery:
    """Files as they are now; those that did not change are the same ones."""
    was = {one.source.path: one for one in found.files}
    now = discovery_of(files)
    kept = [
        was[one.source.path] if one.source.path in was and was[one.source.path].source.data == one.source.data else one
        for one in now.files
    ]
    return now._replace(files=kept)


def unpinned(_ask: Ask, _pin: Pin) -> Any:
    raise UnwritableError("nobody asks for digests here")


def said(one: Examination) -> tuple[Any, ...]:
    """All that a scan says, and what is written into the files for it."""
    asks, others = choose(one.offers, ALL)
    drafting = draft(asks, {}, unpinned)
    made = [
        (each.ask.key, {source.path: edits for source, edits in each.edits.items()}, each.notes)
        for each in drafting.made
    ]
    return one.result, [each.found for each in one.offers], others, made, drafting.refused, drafting.files


def example_files(rule: str, example: Example) -> tuple[dict[str, str], dict[str, str]]:
    """The bad and the good files of an example."""
    path = example.path or PATHS[example.syntax]
    return marks_of(example.bad, path, rule)[0], marks_of(example.good, path, rule)[0]


@pytest.mark.parametrize("start", range(0, len(EXAMPLES), AT_ONCE))
def test_the_examples_of_all_rules(start: int) -> None:
    """Many beside each other, of which every other one is repaired."""
    before, after = dict(TREE), dict(TREE)
    for number, (rule, example) in enumerate(EXAMPLES[start : start + AT_ONCE]):
        bad, good = example_files(rule, example)
        before |= {f"{number}/{path}": text for path, text in bad.items()}
        after |= {f"{number}/{path}": text for path, text in (good if number % 2 else bad).items()}
    found = discovery_of(before)
    first = examine(found, Policy(), OPTIONS)
    now = changed(found, after)
    assert said(examine(now, Policy(), OPTIONS, earlier=first)) == said(examine(now, Policy(), OPTIONS))


@st.composite
def edits(draw: st.DrawFn, files: dict[str, str]) -> dict[str, str]:
    """A few changes: lines that go, come twice or come from another file, files that go or come."""
    now = dict(files)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted({*now, *TREE})))
        lines = now.get(path, TREE.get(path, "")).splitlines(keepends=True)
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        match draw(st.sampled_from(["drop", "double", "foreign", "go", "come"])):
            case "drop":
                now[path] = "".join(lines[:at] + lines[at + 1 :])
            case "double":
                now[path] = "".join(lines[: at + 1] + lines[at:])
            case "foreign":
                other = now[draw(st.sampled_from(sorted(now)))].splitlines(keepends=True)
                now[path] = "".join([*lines[:at], *other[:1], *lines[at:]])
            case "go" if len(now) > 1:
                now.pop(path, None)
            case _:
                bad, _good = example_files(*draw(st.sampled_from(EXAMPLES)))
                now |= bad
    return now


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_random_changes_one_after_the_other(data: st.DataObject) -> None:
    files = data.draw(edits(TREE))
    found = discovery_of(files)
    last = examine(found, Policy(), OPTIONS)
    for _ in range(data.draw(st.integers(1, 3))):
        files = data.draw(edits(files))
        found = changed(found, files)
        last = examine(found, Policy(), OPTIONS, earlier=last)
        assert said(last) == said(examine(found, Policy(), OPTIONS))


SEEN_ELSEWHERE = {
    "a variable": (".env", "1.27", "latest", "compose.yaml"),
    "a file that is extended": ("common.yaml", "cap_drop: [ALL]", "privileged: true", "common.yaml"),
    "a file that is included": ("part/compose.yaml", "postgres:17", "postgres", "part/compose.yaml"),
    "an override": ("compose.override.yaml", "privileged: true", "tty: true", "compose.override.yaml"),
    "a recipe": ("app/Dockerfile", "USER 1000:1000", "USER root", "compose.yaml"),
    "an engine": ("daemon.json", "json-file", "local", "compose.yaml"),
    "recorded runs": ("hardhull/profiles/app.json", "service app", "service web", "compose.yaml"),
    "a seccomp profile": ("profile.json", "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "compose.yaml"),
    "an ignore file": ("app/.dockerignore", ".env", "*.md", "app/Dockerfile"),
    "a policy": ("k8s/policy.yaml", "namespace: shop", "namespace: other", "k8s/pod.yaml"),
    "a patch": ("k8s/kustomization.yaml", "resources: [pod.yaml]", "patches: [{path: patch.yaml}]", "k8s/patch.yaml"),
    "a scan": (".github/workflows/ci.yml", "trivy image --exit-code 1", "echo", ".github/workflows/ci.yml"),
    "a command": ("Makefile", "-f stack/compose.more.yaml", "", "stack/compose.more.yaml"),
    "a drop-in": ("web.container.d/more.conf", "User=1000", "User=root", "web.container"),
}
"""What changes -> in which file what goes, what comes, and where a scan then says something else."""


@pytest.mark.parametrize("case", SEEN_ELSEWHERE.values(), ids=SEEN_ELSEWHERE)
def test_what_changes_in_one_file_is_seen_in_those_that_look_at_it(case: tuple[str, str, str, str]) -> None:
    path, old, new, where = case
    assert old in TREE[path]
    found = discovery_of(TREE)
    first = examine(found, Policy(), OPTIONS)
    now = changed(found, TREE | {path: TREE[path].replace(old, new)})
    after = examine(now, Policy(), OPTIONS, earlier=first)
    assert said(after) == said(examine(now, Policy(), OPTIONS))
    assert about(first, where) != about(after, where)


def about(one: Examination, path: str) -> list[Any]:
    """What is said of a file."""
    found = [each for each in one.result.findings if each.locations[0].path == path]
    facts = [each for each in one.result.facts if each["location"]["path"] == path]
    return [*found, *facts, *(each for each in one.result.not_checked if path in each.what)]


def test_what_did_not_change_is_not_read_or_judged_again() -> None:
    found = discovery_of(TREE)
    first = examine(found, Policy(), OPTIONS)
    after = examine(changed(found, TREE | {"run.sh": "docker run nginx\n"}), Policy(), OPTIONS, earlier=first)
    assert first.work
    assert after.work
    same = [fact for fact, verdict in after.work.verdicts.items() if first.work.verdicts.get(fact) is verdict]
    others = [fact for fact in after.work.verdicts if fact not in same]
    assert same
    assert {fact.place.source.path for fact in others} == {"run.sh"}


def test_the_facts_of_the_earlier_scan_keep_their_links() -> None:
    found = discovery_of(TREE)
    first = examine(found, Policy(), OPTIONS)
    before = said(first)
    fewer = {path: text for path, text in TREE.items() if path not in {"daemon.json", "app/Dockerfile"}}
    examine(changed(found, fewer), Policy(), OPTIONS, earlier=first)
    assert said(first) == before


def test_files_that_others_name_are_opened_once(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: nginx:${TAG}\n")
    (tmp_path / ".env").write_text("TAG=1.27\n")
    found, policy = gather([str(tmp_path)], OPTIONS)
    first = examine(found, policy, OPTIONS)
    (tmp_path / ".env").write_text("TAG=latest\n")
    other = Discovery(found.root, [Candidate(one.source, one.kinds) for one in found.files], [])
    after = examine(other, policy, OPTIONS, earlier=first)
    assert after.result.findings == first.result.findings
    assert after.tree.named[".env"] is first.tree.named[".env"]
