"""GitLab pipelines: inheritance, variables, and whether a failing job counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.formats.script import gitlab
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.pipeline import Pipeline


def pipeline(text: str) -> Pipeline:
    (found,) = gitlab.read(Source(".gitlab-ci.yml", text.encode())).pipelines
    return found


def test_what_is_read() -> None:
    found = pipeline(
        """\
include:
  - local: /a.yml
  - template: X.gitlab-ci.yml
variables:
  IMAGE: reg/app
  MODE: {value: fast, description: x}
default:
  image: docker:24
  services: [docker:dind]
.scan:
  allow_failure: true
  variables: {TAG: "1"}
  script: [trivy image $IMAGE:$TAG]
scan:
  extends: .scan
  variables: {TAG: "2"}
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
"""
    )
    assert [item.value for item in found.included.value] == ["/a.yml", "X.gitlab-ci.yml"]
    assert [item.value.name for item in found.env.value] == ["IMAGE"]
    assert [item.value for item in found.triggers.value] == ["schedule"]
    (job,) = found.jobs
    assert (job.name, job.place.text) == ("scan", "scan")
    assert job.image is not None
    assert job.image.value == "docker:24"
    assert [image.value for image in job.services] == ["docker:dind"]
    assert job.ignored is not None
    assert job.ignored.place.text == "allow_failure: true"
    assert [run.texts for run in found.runs] == [("trivy", "image", "reg/app:2")]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("trivy image a", True),
        ("trivy image a | tee log", True),
        ("trivy image a || true", False),
        ("set +e; trivy image a; true", False),
    ],
)
def test_lines(line: str, *, counts: bool) -> None:
    """The runner sets ``-eo pipefail``."""
    found = pipeline(f"t:\n  script:\n    - {line}\n    - echo x\n")
    assert next(run for run in found.runs if run.program == "trivy").can_fail is counts


@pytest.mark.parametrize(
    ("key", "counts"),
    [("allow_failure: true", False), ("allow_failure: false", True), ("when: manual", False), ("when: always", True)],
)
def test_jobs(key: str, *, counts: bool) -> None:
    assert next(pipeline(f"t:\n  {key}\n  script: docker push a\n").runs).can_fail is counts


def test_after_script_never_counts() -> None:
    found = pipeline("t:\n  script: [make]\n  after_script: [docker push a]\n")
    assert [run.can_fail for run in found.runs] == [False]


def test_extends_in_a_circle() -> None:
    assert len(pipeline("a: {extends: b, script: docker push x}\nb: {extends: a}\n").jobs) == 2


@pytest.mark.parametrize("text", ["", "1\n", "a: 1\n", "a: {script: {b: c}}\n", "stages: [x]\n"])
def test_odd_files(text: str) -> None:
    assert gitlab.read(Source(".gitlab-ci.yml", text.encode())).workloads == []
