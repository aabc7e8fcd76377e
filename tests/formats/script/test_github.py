"""GitHub workflows: triggers, jobs, steps, and whether a failing one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.formats.script import github
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.facts.pipeline import Pipeline, Run
    from hardhull.formats.script.result import ScriptRead


def read(text: str) -> ScriptRead:
    return github.read(Source(".github/workflows/ci.yml", text.encode()))


def pipeline(text: str) -> Pipeline:
    (found,) = read(text).pipelines
    return found


def run(body: str, head: str = "") -> Run:
    """The only command of a job with one step."""
    indented = "\n".join(f"          {line}" for line in body.splitlines())
    text = f"{head}jobs:\n  t:\n    steps:\n      - run: |\n{indented}\n"
    (found,) = [one for one in pipeline(text).runs if one.program == "trivy"]
    return found


WORKFLOW = """\
name: Build
on:
  push:
  schedule:
    - cron: "0 3 * * *"
env:
  DOCKER_CONTENT_TRUST: 1
  TAG: ${{ github.sha }}
jobs:
  build:
    if: github.ref == 'x'
    env: {A: b}
    container: node:20
    services:
      db: {image: postgres}
    continue-on-error: true
    steps:
      - uses: Docker/Build-Push-Action@v6
        with:
          Push: true
          tags: a/b:${{ github.sha }}
        env: {C: d}
      - name: scan
        continue-on-error: ${{ matrix.x }}
        run: trivy image a
  call:
    uses: ./.github/workflows/other.yml
"""


def test_what_is_read() -> None:
    found = pipeline(WORKFLOW)
    assert (found.subject, found.syntax, found.is_ci) == ("workflow Build", "workflow", True)
    assert found.place.text == "name: Build"
    assert [item.value for item in found.triggers.value] == ["push", "schedule"]
    assert [item.value for item in found.schedules.value] == ["0 3 * * *"]
    assert [(item.value.name, item.value.value) for item in found.env.value] == [
        ("DOCKER_CONTENT_TRUST", "1"),
        ("TAG", None),
    ]
    assert [item.value for item in found.included.value] == ["./.github/workflows/other.yml"]


def test_jobs_and_steps() -> None:
    build, _ = pipeline(WORKFLOW).jobs
    assert build.place.text == "build"
    assert build.image is not None
    assert build.image.value == "node:20"
    assert [image.value for image in build.services] == ["postgres"]
    assert build.ignored is not None
    assert build.ignored.place.text == "continue-on-error: true"
    assert build.condition is not None
    use, scan = build.steps
    assert (use.action, use.ref) == ("docker/build-push-action", "v6")
    assert use.place.text == "Docker/Build-Push-Action@v6"
    push, tags = use.input("push"), use.input("tags")
    assert push is not None
    assert tags is not None
    assert (push.value, tags.known, tags.place.text) == ("true", False, "a/b:${{ github.sha }}")
    assert use.variable("C") is not None
    assert use.variable("A") is not None
    assert scan.ignored is not None
    assert not scan.runs[0].can_fail


@pytest.mark.parametrize(
    "on", ["on: push", "on: [push]", "on:\n  push:\n    branches: [x]", '"on": push', "on:\n  - push"]
)
def test_triggers(on: str) -> None:
    found = pipeline(f"{on}\njobs:\n  a:\n    steps: []\n")
    assert [item.value for item in found.triggers.value] == ["push"]


def test_failures() -> None:
    assert run("trivy image a\necho done").can_fail, "bash -e"
    assert not run("trivy image a | tee log").can_fail, "no pipefail by default"
    assert run("trivy image a | tee log", head="defaults: {run: {shell: bash}}\n").can_fail, "shell: bash sets pipefail"
    assert not run("trivy image a || true").can_fail
    ignored = run("trivy image a || true").not_counted
    assert ignored is not None
    assert ignored.place.text == "|| true"
    assert not run("set +e\ntrivy image a\nexit 0").can_fail


def test_containers_with_options() -> None:
    text = """\
jobs:
  a:
    container:
      image: node:20
      options: --privileged --cpus 1
      volumes: [/a:/b]
      env: {K: v}
    services:
      db: {image: "postgres:${{ matrix.v }}", options: "${{ matrix.o }}"}
      plain: {image: redis}
    steps: []
"""
    job, db = read(text).workloads
    assert job.subject == "CI container of a"
    assert (job.privileged.value, job.cpus.value, job.image.value) == (True, 1.0, "node:20")
    assert job.privileged.place.text == "--privileged"
    assert [item.value.source for item in job.mounts.value] == ["/a"]
    assert [item.value.value for item in job.env.value] == ["v"]
    assert not db.image.known
    assert db.absent_unknown is not None


def test_places_of_expressions() -> None:
    text = "jobs:\n  a:\n    steps:\n      - run: docker run -v ${{ runner.temp }}/x:/x a:${{ github.sha }} go\n"
    (workload,) = read(text).workloads
    assert workload.image.place.text == "a:${{ github.sha }}"
    assert workload.mounts.place.text == "-v ${{ runner.temp }}/x:/x"
    assert workload.command.place.text == "go"
    assert workload.name == "a:${{ github.sha }}"


def test_composite_action() -> None:
    found = github.read(
        Source("action.yml", b"name: x\nruns:\n  using: composite\n  steps:\n    - run: docker push a\n")
    )
    assert [one.texts for one in found.pipelines[0].runs] == [("docker", "push", "a")]


def test_other_shells_are_named() -> None:
    found = read("jobs:\n  a:\n    steps:\n      - shell: pwsh\n        run: docker run x\n")
    assert found.workloads == []
    assert [(item.kind, item.what) for item in found.not_checked] == [("out-of-scope", ".github/workflows/ci.yml:5")]


def test_a_script_that_cannot_be_read() -> None:
    found = read("jobs:\n  a:\n    steps:\n      - run: docker run 'x\n")
    assert [(item.kind, item.what) for item in found.not_checked] == [("failed", ".github/workflows/ci.yml:4:25")]


@pytest.mark.parametrize(
    "text",
    ["", "- a\n", "jobs: 1\n", "jobs:\n  a: 1\n", "jobs: {a: {steps: [1, {run: [docker]}]}}\n", "on: {schedule: 1}\n"],
)
def test_odd_files(text: str) -> None:
    assert read(text).workloads == []


def test_no_yaml() -> None:
    with pytest.raises(UnreadableError):
        read("a: [\n")
