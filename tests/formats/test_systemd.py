"""systemd units: quoting, prefixes, steps; the labelled command lines hold more."""

from __future__ import annotations

import pytest

from hardhull.formats import systemd
from hardhull.formats.script.result import ScriptRead
from hardhull.model.source import Source
from hardhull.text.errors import UnreadableError


def read(text: str, *drop_ins: str, path: str = "web.service") -> ScriptRead:
    return systemd.read(
        Source(path, text.encode()),
        [Source(f"{path}.d/{number}.conf", one.encode()) for number, one in enumerate(drop_ins)],
    )


def test_steps() -> None:
    found = read("[Service]\nExecStartPre=-docker pull img\nExecStart=docker run img\nExecStop=/bin/true\n")
    (pipeline,) = found.pipelines
    assert pipeline.subject == "unit web.service"
    assert [(step.name, run.texts, run.can_fail) for step in pipeline.steps for run in step.runs] == [
        ("ExecStartPre", ("docker", "pull", "img"), False),
        ("ExecStart", ("docker", "run", "img"), True),
    ]
    ignored = next(pipeline.runs).ignored
    assert ignored is not None
    assert ignored.place.text == "-"


def test_drop_in() -> None:
    found = read("[Service]\nExecStart=docker run old\n", "[Service]\nExecStart=\nExecStart=docker run new\n")
    assert [workload.image.value for workload in found.workloads] == ["new"]
    assert found.workloads[0].place.source.path == "web.service.d/0.conf"


def test_timer() -> None:
    (pipeline,) = read("[Service]\nExecStart=docker system prune -f\n[Timer]\nOnCalendar=daily\n").pipelines
    assert [item.value for item in pipeline.schedules.value] == ["daily"]


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [("%n", "web.service", "web.service"), ("%N", "web.service", "web"), ("%p", "web.service", "web")],
)
def test_specifiers_of_the_file(name: str, path: str, expected: str) -> None:
    (workload,) = read(f"[Service]\nExecStart=docker run --name {name} img\n", path=path).workloads
    assert workload.container_name.value == expected


def test_specifiers_of_an_instance() -> None:
    (workload,) = read("[Service]\nExecStart=docker run --name %p-%i img\n", path="web@.service").workloads
    assert workload.container_name.why == "--name: the specifier %p depends on the machine or the instance"


def test_nothing_of_ours() -> None:
    assert read("[Service]\nExecStart=/bin/true\n") == ScriptRead.nothing()


def test_unreadable() -> None:
    with pytest.raises(UnreadableError, match="UTF-16"):
        systemd.read(Source("a.service", "[Service]\nExecStart=docker run x".encode("utf-16") + b"docker"))
