"""Shell scripts, Makefiles and Markdown as pipelines; the labelled command lines hold the containers."""

from __future__ import annotations

import pytest

from hardhull.formats.script import makefile, markdown, shell
from hardhull.formats.script.commands import MAX_RUNS
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.text import MAX_SCRIPT
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError


def source(text: str | bytes, path: str = "deploy.sh") -> Source:
    return Source(path, text if isinstance(text, bytes) else text.encode())


def test_script() -> None:
    found = shell.read(
        source("#!/bin/sh\nexport DOCKER_CONTENT_TRUST=1\nDOCKER_BUILDKIT=1 docker build -t a . > log\n")
    )
    (pipeline,) = found.pipelines
    assert (pipeline.subject, pipeline.is_ci) == ("script deploy.sh", False)
    assert pipeline.place.text == "#!/bin/sh"
    assert [(item.value.name, item.value.value) for item in pipeline.env.value] == [("DOCKER_CONTENT_TRUST", "1")]
    (run,) = [run for run in pipeline.runs if run.program == "docker"]
    assert [word.place.text for word in run.words] == ["docker", "build", "-t", "a", "."]
    assert run.env["DOCKER_BUILDKIT"].value == "1"
    assert [file.value for file in run.writes] == ["log"]


@pytest.mark.parametrize(
    ("text", "shells"),
    [
        ("curl https://get.docker.com | sh", "sh"),
        ("curl -fsSL https://x/docker | sudo bash -s", "bash"),
        ("bash <(curl https://x/docker)", "bash"),
        ('sh -c "$(curl https://x/docker)"', "sh"),
        ('eval "$(curl https://x/docker)"', "eval"),
        ("curl https://x/docker | gpg --verify", ""),
        ("curl -o x https://x/docker", ""),
        ('X="$(curl https://x/docker)"', ""),
    ],
)
def test_downloads_that_are_run(text: str, shells: str) -> None:
    (pipeline,) = shell.read(source(text)).pipelines
    (run,) = [run for run in pipeline.runs if run.program == "curl"]
    assert run.executed_by == shells


def test_pipes() -> None:
    (pipeline,) = shell.read(source("docker save a | trivy image --input -")).pipelines
    save, scan = pipeline.runs
    assert save.pipe_to is scan
    assert scan.pipe_from is save


def test_units_that_are_started() -> None:
    (pipeline,) = shell.read(source("# falco beside docker\nsystemctl enable --now falco\n")).pipelines
    assert [run.verbs for run in pipeline.runs] == [("enable", "falco")]


def test_nothing_of_ours_costs_nothing() -> None:
    assert shell.read(source("echo hello\n'never closed")) == ScriptRead.nothing()
    assert makefile.read(source("all:\n\tcc x\n", "Makefile")) == ScriptRead.nothing()
    assert markdown.read(source("# x\n", "README.md")) == ScriptRead.nothing()


def test_the_rest_is_not_silent() -> None:
    found = shell.read(source("docker run a\ndocker run 'b\n"))
    assert [workload.image.value for workload in found.workloads[:1]] == ["a"]
    assert [(item.kind, item.what) for item in found.not_checked] == [("failed", "deploy.sh:2:12")]


def test_too_many_commands() -> None:
    found = shell.read(source("docker run a\n" * (MAX_RUNS + 5)))
    assert len(found.workloads) == MAX_RUNS
    assert "more than 5,000 commands" in found.not_checked[0].why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"docker" + b" " * MAX_SCRIPT, "more than the limit of 2,000,000"),
        (b"\xff\xfed\0o\0docker", "UTF-16"),
        (b"\0docker run", "binary"),
    ],
)
def test_unreadable(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        shell.read(source(data))


def test_a_binary_payload_is_left_out() -> None:
    found = shell.read(source(b"docker run a\nexit 0\n\x00\x01'docker run b\n"))
    assert [workload.image.value for workload in found.workloads] == ["a"]


def test_bytes_that_are_no_utf8() -> None:
    (workload,) = shell.read(source(b"# caf\xe9\ndocker run -e A=\xff img\n")).workloads
    assert workload.image.place.text == "img"


def test_byte_order_mark() -> None:
    (workload,) = shell.read(source(b"\xef\xbb\xbfdocker run img\n")).workloads
    assert (workload.place.text, workload.place.start) == ("docker run", (1, 1))


def test_makefile_failures() -> None:
    text = "scan:\n\t-trivy image a\n\ttrivy image b; true\n\ttrivy image c\n"
    (pipeline,) = makefile.read(source(text, "Makefile")).pipelines
    (job,) = pipeline.jobs
    assert (job.name, job.place.text) == ("scan", "scan")
    assert [run.can_fail for run in pipeline.runs if run.program == "trivy"] == [False, False, True]


def test_makefile_variables_in_a_circle() -> None:
    found = makefile.read(source("A = $(B) docker\nB = $(A)\nt:\n\tdocker run $(A)\n", "Makefile"))
    assert [workload.absent_unknown is not None for workload in found.workloads] == [True]


def test_makefile_places() -> None:
    text = "OPTS = --privileged\nIMG = app\nt:\n\tdocker run $(OPTS) -v /a:/b $(IMG):1\n"
    (workload,) = makefile.read(source(text, "Makefile")).workloads
    assert workload.privileged.place.start == (1, 8)
    assert workload.image.place.text == "$(IMG):1"
    assert workload.mounts.place.text == "-v /a:/b"


@pytest.mark.parametrize(
    ("path", "text", "image"),
    [
        ("README.md", "```\ndocker run -d <your image> x\n```\n", "<your image>"),
        ("run.sh", "docker run {{ registry }}/app:{{ tag }} x\n", "{{ registry }}/app:{{ tag }}"),
        ("Makefile", "t:\n\tdocker run $(shell cat image) x\n", "$(shell cat image)"),
    ],
)
def test_places_of_what_is_filled_in(path: str, text: str, image: str) -> None:
    reader = {"README.md": markdown.read, "run.sh": shell.read, "Makefile": makefile.read}[path]
    (workload,) = reader(source(text, path)).workloads
    assert workload.image.place.text == image
    assert not workload.image.known
    assert workload.command.value == ("x",)


def test_markdown_is_documentation() -> None:
    text = "# T\n```sh\ndocker run a\n```\n```sh\ncosign sign b\n```\n"
    found = markdown.read(source(text, "README.md"))
    assert found.workloads[0].from_docs
    (pipeline,) = found.pipelines
    assert pipeline.from_docs
    assert [step.name for step in pipeline.steps] == ["code block at line 2", "code block at line 5"]
    assert found.not_checked == []
