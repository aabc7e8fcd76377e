"""Writing Quadlet: its own keys, PodmanArgs for the rest, in the file that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from changing import changes, fields, wanted
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull.facts.parts import Healthcheck, Mount, Port, Ulimit
from hardhull.formats import quadlet
from hardhull.formats.writing import write
from hardhull.model.change import Add, Change, Drop, Instruct, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.workload import Workload

HEAD = "[Unit]\nDescription=x\n\n[Container]\nImage=img:1\n"
TAIL = "\n[Install]\nWantedBy=default.target\n"


def workload(text: str) -> Workload:
    (found,) = quadlet.read(Source("web.container", text.encode())).workloads
    return found


def written(found: Workload, wishes: Sequence[Change]) -> str:
    drafts = Drafts()
    write(found, wishes, drafts)
    return drafts.of(found.place.source).result().decode()


def after(lines: str, *wishes: Change) -> str:
    text = written(workload(HEAD + lines + TAIL), wishes)
    assert text.startswith(HEAD)
    assert text.endswith(TAIL)
    return text.removeprefix(HEAD).removesuffix(TAIL)


@pytest.mark.parametrize(
    ("before", "change", "expected"),
    [
        ("", Add("cap_drop", "ALL"), "DropCapability=ALL\n"),
        ("AddCapability=A B\nUser=1\n", Add("cap_add", "C"), "AddCapability=A B\nAddCapability=C\nUser=1\n"),
        ("", SetTo("no_new_privileges", True), "NoNewPrivileges=true\n"),
        ("NoNewPrivileges=no\n", SetTo("no_new_privileges", True), "NoNewPrivileges=true\n"),
        ("", SetTo("read_only", True), "ReadOnly=true\n"),
        ("User=0\n", SetTo("user", "65532:65532"), "User=65532\nGroup=65532\n"),
        ("User=0\nGroup=0\n", SetTo("user", "app"), "User=app\n"),
        ("", SetTo("memory", 256 << 20), "PodmanArgs=--memory=256m\n"),
        ("Memory=1g\n", SetTo("memory", 256 << 20), "Memory=256m\n"),
        ("PodmanArgs=--memory 1g --cpus 2\n", SetTo("memory", 256 << 20), "PodmanArgs=--cpus 2\nPodmanArgs=--memory=256m\n"),
        ("PodmanArgs=--privileged --cpus=2\n", SetTo("privileged", False), "PodmanArgs=--cpus=2\n"),
        ("PodmanArgs=--privileged\nUser=1\n", SetTo("privileged", False), "User=1\n"),
        ("PodmanArgs=--cpus=1\nUser=1\n", SetTo("cgroupns", "private"),
         "PodmanArgs=--cpus=1\nPodmanArgs=--cgroupns=private\nUser=1\n"),
        ("", SetTo("pids", 100), "PidsLimit=100\n"),
        ("Network=host\n", SetTo("network_mode", None), ""),
        ("SeccompProfile=unconfined\n", SetTo("seccomp", None), ""),
        ("", SetTo("healthcheck", Healthcheck(("CMD-SHELL", "curl -f x || exit 1"), retries=3)),
         "HealthCmd=curl -f x || exit 1\nHealthRetries=3\n"),
        ("HealthCmd=none\n", SetTo("healthcheck", None), ""),
        ("", Add("mounts", Mount("tmpfs", None, "/run")), "Tmpfs=/run\n"),
        ("", Add("ulimits", Ulimit("nofile", 1, 2)), "Ulimit=nofile=1:2\n"),
        ("", Add("labels", ("a", "b c")), 'Label="a=b c"\n'),
        ("SecurityLabelDisable=true\n", SetTo("selinux", ()), ""),
        ("", SetTo("image", "img@sha256:1"), None),
    ],
)  # fmt: skip
def test_lines(before: str, change: Change, expected: str | None) -> None:
    if expected is None:
        assert "Image=img@sha256:1\n" in written(workload(HEAD + before + TAIL), [change])
        return
    assert after(before, change) == expected


def test_items() -> None:
    text = HEAD + 'AddCapability=A \\\n  B C\nVolume=/etc:/x\nPublishPort=80:80\nEnvironment="A=b c" D=e\n' + TAIL
    found = workload(text)
    assert written(found, [Drop("cap_add", found.cap_add.value[1])]) == text.replace("  B C", "  C")
    assert written(found, [Drop("env", found.env.value[0])]) == text.replace('"A=b c" ', "")
    assert written(found, [Drop("ports", found.ports.value[0])]) == text.replace("PublishPort=80:80\n", "")
    mount, port = found.mounts.value[0], found.ports.value[0]
    swap = [
        Swap("mounts", mount, mount.value._replace(read_only=True)),
        Swap("ports", port, Port("80", "80", "127.0.0.1")),
    ]
    assert written(found, swap) == text.replace("/etc:/x", "/etc:/x:ro").replace("80:80", "127.0.0.1:80:80")


def test_restart_is_the_services() -> None:
    text = HEAD + "\n[Service]\nRestart=always\n"
    assert written(workload(text), [SetTo("restart", "on-failure")]) == text.replace("always", "on-failure")
    assert written(workload(HEAD), [SetTo("restart", "always")]) == HEAD + "\n[Service]\nRestart=always\n"


def test_a_drop_in_is_the_place_of_its_values() -> None:
    main, own = Source("web.container", HEAD.encode()), Source("web.container.d/1.conf", b"[Container]\nReadOnly=no\n")
    (found,) = quadlet.read(main, [own]).workloads
    drafts = Drafts()
    write(found, [SetTo("read_only", True), Add("cap_drop", "ALL")], drafts)
    assert drafts.of(own).result() == b"[Container]\nReadOnly=true\n"
    assert drafts.of(main).result().decode() == HEAD + "DropCapability=ALL\n"


@pytest.mark.parametrize(
    ("lines", "change", "why"),
    [
        ("", SetTo("restart", "unless-stopped"), "no word for unless-stopped"),
        ("", SetTo("hostname", "50%"), "escaped"),
        ("", Instruct(None), "no instructions"),
        ("", SetTo("build", "x"), "no option for build"),
        ("PodmanArgs=--memory=${M}\n", Add("links", "a"), "no --link"),
    ],
)
def test_refused(lines: str, change: Change, why: str) -> None:
    with pytest.raises(UnwritableError, match=why):
        after(lines, change)


LINES = (
    "User=0", "Group=5", "AddCapability=NET_ADMIN SYS_TIME", "DropCapability=NET_RAW", "NoNewPrivileges=false",
    "ReadOnly=yes", "Volume=/a:/b", "Volume=data:/d:ro", "Tmpfs=/t:size=1m", "Network=host", "PublishPort=80:80",
    "PodmanArgs=--privileged --cpus 2", "PodmanArgs=-m 1g \\\n  --security-opt seccomp=unconfined", "Environment=A=1",
    'Environment="B=c d" E=f', "Label=a=b", "LogDriver=none", "PidsLimit=-1", "HealthCmd=none", "Memory=1g",
    "SecurityLabelDisable=true", "Ulimit=nofile=5", "# why\nSysctl=net.a=1", "UserNS=keep-id", "LogOpt=max-size=1m",
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(LINES), unique=True, max_size=7), st.integers(0, 12), st.booleans())
def test_the_law_of_the_lens(lines: list[str], seed: int, windows: bool) -> None:
    text = HEAD + "".join([f"{line}\n" for line in lines]) + "\n[Service]\nRestart=always\n"
    text = text.replace("\n", "\r\n") if windows else text
    found = workload(text)
    for change in list(changes(found))[seed::13]:
        try:
            data = written(found, [change])
        except UnwritableError:
            continue
        again = workload(data)
        assert fields(again) == wanted(found, change), (change, data)
        if isinstance(change, SetTo | Add):
            assert written(again, [change]) == data
        kept = [line for line in text.splitlines() if line in data.splitlines()]
        assert len(text.splitlines()) - len(kept) <= 6
