"""Writing command lines: every style keeps its own, and what cannot be written without a guess is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from changing import written
from test_labelled import READERS

from hardhull.facts.parts import Device, Healthcheck, Mount, Port
from hardhull.model.change import Add, Drop, Instruct, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change

NO_PRIVILEGED = SetTo("privileged", False)
DROP_ALL = Add("cap_drop", "ALL")
MEMORY = SetTo("memory", 256 << 20)
NO_NEW = SetTo("no_new_privileges", True)
CHECK = Healthcheck(("CMD-SHELL", "curl -f http://x/ || exit 1"))


def workload(text: str, style: str = "shell") -> Workload:
    path, read = READERS[style]
    return read(Source(path, text.encode())).workloads[0]


def after(text: str, *changes: Change, style: str = "shell") -> str:
    return written(workload(text, style), changes).decode()


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        ("docker run --privileged -d img", [NO_PRIVILEGED, DROP_ALL, MEMORY], "docker run -d --cap-drop=ALL --memory=256m img"),
        ("docker run img", [DROP_ALL], "docker run --cap-drop=ALL img"),
        ("docker run --rm  --name  x img a", [MEMORY], "docker run --rm  --name  x --memory 256m img a"),
        ("docker run --name=x img", [MEMORY], "docker run --name=x --memory=256m img"),
        ("docker run -v a:/b img", [MEMORY], "docker run -v a:/b --memory 256m img"),
        ("docker run --rm -- img", [DROP_ALL], "docker run --rm --cap-drop=ALL -- img"),
        ("docker run -m1g img", [MEMORY], "docker run -m256m img"),
        ('docker run --memory="1g" img', [MEMORY], 'docker run --memory="256m" img'),
        ("docker run -m 1g -m 2g img", [SetTo("memory", None)], "docker run img"),
        ("docker run --privileged=true img", [NO_PRIVILEGED], "docker run img"),
        ("docker run --read-only=false img", [SetTo("read_only", True)], "docker run --read-only img"),
        ("docker run -itP img", [SetTo("publish_all", False)], "docker run -it img"),
        ("docker run -P img", [SetTo("publish_all", False)], "docker run img"),
        ("docker run --net host img", [SetTo("network_mode", None)], "docker run img"),
        ("docker run --net host img", [SetTo("network_mode", "none")], "docker run --net none img"),
        ("docker run --security-opt seccomp=unconfined img", [SetTo("seccomp", None), NO_NEW], "docker run --security-opt no-new-privileges img"),
        ("docker run --health-cmd true --health-retries 2 img", [SetTo("healthcheck", None)], "docker run img"),
        ("docker run --no-healthcheck img", [SetTo("healthcheck", CHECK)], "docker run --health-cmd='curl -f http://x/ || exit 1' img"),
        ("docker run --cpu-quota=50000 --cpu-period=100000 img", [SetTo("cpus", 1.5)], "docker run --cpus=1.5 img"),
        ("podman run --memory=1g img", [SetTo("unmasked_paths", True)], "podman run --memory=1g --security-opt=unmask=ALL img"),
        ("docker service create --name s img", [MEMORY, SetTo("pids", 50)], "docker service create --name s --limit-memory 256m --limit-pids 50 img"),
        ("docker service create --name s img", [Add("mounts", Mount("tmpfs", None, "/run"))], "docker service create --name s --mount type=tmpfs,target=/run img"),
        ("docker service create --restart-condition any img", [SetTo("restart", "on-failure")], "docker service create --restart-condition on-failure img"),
        ("docker run -e A=1 img", [Add("mounts", Mount("tmpfs", None, "/run", options=("size=16m",)))], "docker run -e A=1 --tmpfs /run:size=16m img"),
        ("docker run img sh -c 'a  b'", [SetTo("command", ("a", "b c"))], "docker run img a 'b c'"),
        ("docker run >log img 2>&1", [DROP_ALL], None),
        ("docker run --rm img >log 2>&1 &", [DROP_ALL], "docker run --rm --cap-drop=ALL img >log 2>&1 &"),
    ],
)  # fmt: skip
def test_inline(before: str, changes: list[Change], expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UnwritableError):
            after(before + "\n", *changes)
        return
    assert after(before + "\n", *changes) == expected + "\n"
    assert after(before, *changes) == expected, "without the last line's end"


def drop(text: str, field: str, number: int = 0) -> str:
    found = workload(text)
    return written(found, [Drop(field, getattr(found, field).value[number])]).decode()


def swap(text: str, field: str, **new: object) -> str:
    found = workload(text)
    item = getattr(found, field).value[0]
    return written(found, [Swap(field, item, item.value._replace(**new))]).decode()


def test_items_go() -> None:
    assert drop("docker run -dp 80:80 img\n", "ports") == "docker run -d img\n"
    assert drop("docker run -dp80:80 img\n", "ports") == "docker run -d img\n"
    assert drop("docker run -v $PWD:/a -v /var/run/docker.sock:/s img\n", "mounts", 1) == "docker run -v $PWD:/a img\n"
    assert drop("docker run --cap-add A --cap-add=B img\n", "cap_add", 0) == "docker run --cap-add=B img\n"
    assert drop("podman run --cap-add A,B,C img\n", "cap_add", 1) == "podman run --cap-add A,C img\n"
    assert drop("docker run -e 'A=b c' img\n", "env") == "docker run img\n"
    assert drop("docker run --device-read-bps \\\n  /dev/a:1m \\\n img\n", "block_io") == "docker run \\\n img\n"


def test_items_get_another_value() -> None:
    assert swap("docker run -p 80:80 img\n", "ports", host_ip="127.0.0.1") == "docker run -p 127.0.0.1:80:80 img\n"
    assert swap("docker run -p 80 img\n", "ports", host_ip="127.0.0.1") == "docker run -p 127.0.0.1::80 img\n"
    assert swap("docker run -p 80:80/udp img\n", "ports", host_ip="::1") == "docker run -p '[::1]:80:80/udp' img\n"
    assert swap('docker run -p "80:$P" img\n', "ports", host_ip="127.1.1.1") == 'docker run -p "127.1.1.1:80:$P" img\n'
    assert swap("docker run -v /a:/b img\n", "mounts", read_only=True) == "docker run -v /a:/b:ro img\n"
    assert swap("docker run -v /a:/b:rw,z img\n", "mounts", read_only=True) == "docker run -v /a:/b:ro,z img\n"
    assert swap('docker run -v "$PWD"/a:/b:z img\n', "mounts", read_only=True) == 'docker run -v "$PWD"/a:/b:z,ro img\n'
    assert swap("docker run -v /a:/b:ro,z img\n", "mounts", read_only=False) == "docker run -v /a:/b:z img\n"
    before = "docker run --mount type=bind,src=/a,dst=/b img\n"
    assert swap(before, "mounts", read_only=True) == "docker run --mount type=bind,src=/a,dst=/b,readonly img\n"
    assert (
        swap("docker run --tmpfs /run img\n", "mounts", options=("noexec",)) == "docker run --tmpfs /run:noexec img\n"
    )
    long = "docker run --mount type=tmpfs,destination=/run,tmpfs-size=1m img\n"
    assert swap(long, "mounts", options=("size=2m",)) == long.replace("1m", "2m")
    owned = swap(long, "mounts", options=("size=1m", "uid=33"))
    assert owned == "docker run --tmpfs /run:size=1m,uid=33 img\n"  # --mount has no word for an owner
    assert (
        swap("docker run --ulimit nofile=-1 img\n", "ulimits", soft=9, hard=9) == "docker run --ulimit nofile=9 img\n"
    )


def test_continued_lines() -> None:
    text = "docker run -d \\\n    --privileged \\\n    --name x \\\n    img:1 \\\n    cmd\n"
    expected = "docker run -d \\\n    --name x \\\n    --cap-drop ALL \\\n    --memory 256m \\\n    img:1 \\\n    cmd\n"
    assert after(text, NO_PRIVILEGED, DROP_ALL, MEMORY) == expected
    windows = after(text.replace("\n", "\r\n"), NO_PRIVILEGED, DROP_ALL, MEMORY)
    assert windows == expected.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("docker run \\\n  --name x \\\n  --privileged img", "docker run \\\n  --name x \\\n  --cap-drop ALL img"),
        (
            "docker run \\\n  --privileged --name x \\\n  img",
            "docker run \\\n  --name x \\\n  --cap-drop ALL \\\n  img",
        ),
        ("docker run --privileged \\\n  img", "docker run --cap-drop=ALL \\\n  img"),
        ("docker run \\\n  --privileged \\\n  img", "docker run \\\n  --cap-drop=ALL \\\n  img"),
        ("docker run --privileged \\\n\timg", "docker run --cap-drop=ALL \\\n\timg"),
    ],
)
def test_mixed_lines(before: str, expected: str) -> None:
    assert after(before + "\n", NO_PRIVILEGED, DROP_ALL) == expected + "\n"


@pytest.mark.parametrize(
    ("style", "before", "expected"),
    [
        ("makefile", "up:\n\t@docker run --privileged \\\n\t\t-v $$PWD:/x \\\n\t\t$(IMG)\n",
         "up:\n\t@docker run \\\n\t\t-v $$PWD:/x \\\n\t\t--cap-drop ALL \\\n\t\t$(IMG)\n"),
        ("workflow", "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          docker run --privileged \\\n            --name ${{ x }} \\\n            img\n          echo\n",
         "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          docker run \\\n            --name ${{ x }} \\\n            --cap-drop ALL \\\n            img\n          echo\n"),
        ("workflow", "on: push\njobs:\n  a:\n    steps:\n      - run: docker run --privileged img # why\n",
         "on: push\njobs:\n  a:\n    steps:\n      - run: docker run --cap-drop=ALL img # why\n"),
        ("workflow", "on: push\njobs:\n  a:\n    steps:\n      - run: >-\n          docker run\n          --privileged\n          img\n",
         "on: push\njobs:\n  a:\n    steps:\n      - run: >-\n          docker run\n          --cap-drop=ALL\n          img\n"),
        ("gitlab", "a:\n  script:\n    - docker run --privileged img\n    - echo\n", "a:\n  script:\n    - docker run --cap-drop=ALL img\n    - echo\n"),
        ("gitlab", "a:\n  script:\n    - \"docker run --privileged 'img'\"\n", "a:\n  script:\n    - \"docker run --cap-drop=ALL 'img'\"\n"),
        ("systemd", "[Service]\nExecStart=/usr/bin/docker run --privileged \\\n# why\n  --name %n \\\n  img\nRestart=no\n",
         "[Service]\nExecStart=/usr/bin/docker run \\\n# why\n  --name %n \\\n  --cap-drop ALL \\\n  img\nRestart=no\n"),
        ("systemd", "[Service]\nExecStart=-/usr/bin/docker run \\\n  --name a \\\n  # why\n  --privileged \\\n  # because\n  img\n",
         "[Service]\nExecStart=-/usr/bin/docker run \\\n  --name a \\\n  # why\n  --cap-drop ALL \\\n  # because\n  img\n"),
        ("shell", "ssh host <<EOF\n  docker run --privileged $IMG\nEOF\n", "ssh host <<EOF\n  docker run --cap-drop=ALL $IMG\nEOF\n"),
        ("shell", 'sudo sh -c "docker run --privileged img"\n', 'sudo sh -c "docker run --cap-drop=ALL img"\n'),
        ("shell", "id=$(docker run -d --privileged img)\n", "id=$(docker run -d --cap-drop=ALL img)\n"),
        ("shell", "docker run $DOCKER_OPTS --privileged img\n", "docker run $DOCKER_OPTS --cap-drop=ALL img\n"),
    ],
)  # fmt: skip
def test_texts_around(style: str, before: str, expected: str) -> None:
    assert after(before, NO_PRIVILEGED, DROP_ALL, style=style) == expected
    windows = after(before.replace("\n", "\r\n"), NO_PRIVILEGED, DROP_ALL, style=style)
    assert windows == expected.replace("\n", "\r\n")


def test_quotes_are_those_of_the_text_around() -> None:
    check = SetTo("healthcheck", Healthcheck(("CMD-SHELL", "test $X -gt '5%'")))
    assert after("docker run img\n", check) == "docker run --health-cmd='test $X -gt '\\''5%'\\''' img\n"
    recipe = after("a:\n\tdocker run img\n", check, style="makefile")
    assert recipe == "a:\n\tdocker run --health-cmd='test $$X -gt '\\''5%'\\''' img\n"
    unit = after("[Service]\nExecStart=/bin/docker run img\n", check, style="systemd")
    assert unit == "[Service]\nExecStart=/bin/docker run \"--health-cmd=test $$X -gt '5%%'\" img\n"
    with pytest.raises(UnwritableError, match="cannot be quoted"):
        after("sh -c 'docker run img'\n", check)


@pytest.mark.parametrize(
    ("text", "change", "why", "snippet"),
    [
        ("O=--privileged\ndocker run $O img\n", NO_PRIVILEGED, r"written in \$O", ""),
        ('opts=(-m 1g)\ndocker run "${opts[@]}" img\n', MEMORY, r"written in .*opts", "--memory=256m"),
        ("M=1g\ndocker run --memory $M img\n", MEMORY, r"\$M", "--memory 256m"),
        ("docker run --memory $M img\n", MEMORY, "M has no value", "--memory 256m"),
        ("docker run $OPTS\n", DROP_ALL, "may hold options", "--cap-drop=ALL"),
        ("A='docker run --privileged img'\neval \"$A\"\n", NO_PRIVILEGED, "put together elsewhere", ""),
        ("docker run img\n", SetTo("healthcheck", Healthcheck(("CMD", "/h"))), "for a shell only", ""),
        ("docker run img\n", SetTo("entrypoint", ("a", "b")), "takes one word", ""),
        ("nerdctl run img\n", SetTo("healthcheck", CHECK), "nerdctl has no --health-cmd", ""),
        ("podman run img\n", SetTo("seccomp", "default"), "podman has no word", ""),
        ("docker service create img\n", NO_NEW, "no option for no_new_privileges", ""),
        ("docker service create img\n", SetTo("restart", "unless-stopped"), "no word for unless-stopped", ""),
        ("docker run img\n", SetTo("stop_grace", 0.5), "whole seconds", ""),
        ("docker run -v /data img\n", Add("devices", Device("/dev/a\nb")), "quoted|means", ""),
        ("docker run img\n", Instruct(None), "no instructions", ""),
    ],
)
def test_refused(text: str, change: Change, why: str, snippet: str) -> None:
    with pytest.raises(UnwritableError, match=why) as caught:
        after(text, change)
    assert caught.value.snippet == snippet


def test_documentation_is_refused_with_the_options() -> None:
    with pytest.raises(UnwritableError, match="documentation") as caught:
        after("```sh\ndocker run img\n```\n", MEMORY, style="markdown")
    assert caught.value.snippet == "--memory=256m"


def test_the_options_of_a_container_in_a_workflow_are_shown() -> None:
    text = "on: push\njobs:\n  a:\n    container:\n      image: img\n      options: --privileged\n    steps: []\n"
    with pytest.raises(UnwritableError, match="are one text") as caught:
        after(text, MEMORY, style="workflow")
    assert caught.value.snippet == "--memory=256m"


def test_a_group_is_made_as_a_whole_or_not_at_all() -> None:
    found = workload("docker run --privileged img\n")
    with pytest.raises(UnwritableError):
        written(found, [NO_PRIVILEGED, SetTo("entrypoint", ("a", "b"))])
    assert written(found, [MEMORY]) == b"docker run --privileged --memory=256m img\n"


def test_the_same_port_again_changes_nothing() -> None:
    found = workload("docker run -p 127.0.0.1:80:80 img\n")
    change = Add("ports", Port("80", "80", "127.0.0.1"))
    assert written(found, [change, change]) == found.place.source.data
