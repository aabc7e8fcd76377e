"""Changes of a service, written into the file that defines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lens import changed, named, project_of

from hardhull.facts.parts import Attachment, EnvVar, Grant, Healthcheck, Mount
from hardhull.formats.writing import announce, write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change

MAIN = "compose.yml"


def after(text: str, make: Callable[[Workload], Sequence[Change]], name: str = "web") -> str:
    """One file after changes of one service."""
    return changed({MAIN: text.encode()}, [MAIN], name, make)[MAIN].decode()


def test_what_most_services_need_in_one_go() -> None:
    text = "services:\n  web:\n    image: nginx\n    privileged: true # why\n    ports:\n      - 80:80\n"
    assert after(
        text,
        lambda web: [
            SetTo("privileged", value=False),
            SetTo("read_only", value=True),
            Add("cap_drop", "ALL"),
            SetTo("no_new_privileges", value=True),
            SetTo("memory", 256 << 20),
            SetTo("cpus", 0.5),
            SetTo("pids", 100),
            Add("log_options", ("max-size", "10m")),
            Add("log_options", ("max-file", "3")),
            Swap("ports", web.ports.value[0], web.ports.value[0].value._replace(host_ip="127.0.0.1")),
        ],
    ) == (
        "services:\n  web:\n    image: nginx\n    # why\n    ports:\n      - 127.0.0.1:80:80\n"
        "    read_only: true\n    cap_drop:\n      - ALL\n    security_opt:\n      - no-new-privileges:true\n"
        "    deploy:\n      resources:\n        limits:\n          memory: 256M\n"
        '          cpus: "0.5"\n          pids: 100\n'
        '    logging:\n      options:\n        max-size: 10m\n        max-file: "3"\n'
    )


def test_limits_stand_where_the_others_of_the_file_stand() -> None:
    text = "services:\n  web:\n    image: a\n  db:\n    image: b\n    mem_limit: 1g\n"
    assert "    image: a\n    mem_limit: 64M\n" in after(text, lambda _: [SetTo("memory", 64 << 20)])
    text = "services:\n  web:\n    image: a\n    mem_limit: 512m\n    deploy: {resources: {limits: {memory: 512M}}}\n"
    assert after(text, lambda _: [SetTo("memory", 64 << 20)]) == text.replace("512", "64")
    assert after(text, lambda _: [SetTo("memory", None)]) == "services:\n  web:\n    image: a\n"


def test_a_network_is_joined_and_defined() -> None:
    text = "services:\n  web:\n    image: a\n"
    back = Attachment("back", declared=True, internal=True, subnets=("10.9.0.0/24",))
    assert after(text, lambda _: [Add("networks", back)]) == (
        "services:\n  web:\n    image: a\n    networks:\n      - default\n      - back\n"
        "networks:\n  back:\n    internal: true\n    ipam:\n      config:\n        - subnet: 10.9.0.0/24\n"
    )
    assert after(text, lambda web: [Swap("networks", web.networks.value[0], back)]).count("default") == 0


def test_memory_in_the_long_form_moves_where_its_owner_can_be_written() -> None:
    text = (
        "services:\n  web:\n    image: a\n    volumes:\n      - data:/data\n      - type: tmpfs  # small\n"
        "        target: /run\n        tmpfs: {size: 1m, mode: 0o750}\nvolumes:\n  data:\n"
    )

    def owned(web: Workload) -> list[Change]:
        item = next(one for one in web.mounts.value if one.value.target == "/run")
        assert item.value.options == ("mode=0750", "size=1m")
        return [Swap("mounts", item, item.value._replace(options=(*item.value.options, "uid=33")))]

    assert after(text, owned) == (
        "services:\n  web:\n    image: a\n    volumes:\n      - data:/data\n      # small\n"
        "    tmpfs:\n      - /run:mode=0750,size=1m,uid=33\nvolumes:\n  data:\n"
    )
    short = "services:\n  web:\n    image: a\n    tmpfs:\n      - /run  # small\n"
    assert after(
        short, lambda web: [Swap("mounts", web.mounts.value[0], Mount("tmpfs", None, "/run", options=("uid=33",)))]
    ) == short.replace("/run ", "/run:uid=33 ")


def test_a_secret_takes_the_place_of_a_variable() -> None:
    text = "services:\n  db:\n    image: a\n    environment:\n      PASSWORD: hunter2\n      A: 1\n"
    secret = Grant("db_password", "/run/secrets/db_password", "secrets/db_password.txt")
    assert after(text, lambda db: [Drop("env", db.env.value[0]), Add("secrets", secret)], "db") == (
        "services:\n  db:\n    image: a\n    environment:\n      A: 1\n    secrets:\n      - db_password\n"
        "secrets:\n  db_password:\n    file: ./secrets/db_password.txt\n"
    )
    assert "PASSWORD: ${PASSWORD:?}" in after(
        text, lambda db: [Swap("env", db.env.value[0], EnvVar("PASSWORD", None, "${PASSWORD:?}", "variable"))], "db"
    ).replace('"', "")


def test_mounts_in_both_forms_become_read_only() -> None:
    text = (
        "services:\n  web:\n    image: a\n    volumes:\n      - ./a:/a # one\n      - ${D:-./d}:/d:z\n"
        "      - {type: bind, source: ./b, target: /b}\n"
    )

    def make(web: Workload) -> list[Change]:
        return [Swap("mounts", item, item.value._replace(read_only=True)) for item in web.mounts.value]

    assert after(text, make) == (
        "services:\n  web:\n    image: a\n    volumes:\n      - ./a:/a:ro # one\n      - ${D:-./d}:/d:z,ro\n"
        "      - {type: bind, source: ./b, target: /b, read_only: true}\n"
    )


def test_a_healthcheck_changes_in_the_parts_that_differ() -> None:
    text = "services:\n  web:\n    image: a\n    healthcheck:\n      test: curl x # ok\n      interval: 5s\n"
    check = Healthcheck(("CMD-SHELL", "curl -f x"), interval=90, retries=3)
    assert after(text, lambda _: [SetTo("healthcheck", check)]) == (
        "services:\n  web:\n    image: a\n    healthcheck:\n      test: curl -f x # ok\n      interval: 1m30s\n"
        "      retries: 3\n"
    )
    assert after(text, lambda _: [SetTo("healthcheck", None)]) == "services:\n  web:\n    image: a\n    # ok\n"


@pytest.mark.parametrize(
    ("line", "change", "why"),
    [
        ("image: app:${TAG:-1}", SetTo("image", "app:2"), "comes from a variable"),
        ("image: a\n    network_mode: host", Add("networks", Attachment("back")), "network_mode"),
        ("image: a", SetTo("run_as_non_root", value=True), "no words"),
        ("image: a", SetTo("build", None), ""),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_reason(line: str, change: Change, why: str) -> None:
    project = project_of({MAIN: f"services:\n  web:\n    {line}\n".encode()}, [MAIN])
    drafts = Drafts()
    if not why:
        write(named(project, "web"), [change], drafts)
        return
    with pytest.raises(UnwritableError, match=why) as caught:
        write(named(project, "web"), [change], drafts)
    if "variable" in why:
        assert caught.value.snippet == "services:\n  web:\n    image: app:2\n"
    assert not [edit for draft in drafts for edit in draft.edits()]


def test_a_tmpfs_is_added() -> None:
    text = "services:\n  web:\n    image: a\n    tmpfs: /run\n"
    got = after(text, lambda _: [Add("mounts", Mount("tmpfs", None, "/tmp", options=("size=64m",)))])
    assert got == "services:\n  web:\n    image: a\n    tmpfs:\n      - /run\n      - /tmp:size=64m\n"


SHARED = """x-logging: &logging
  driver: json-file
  options:
    max-size: 1m
services:
  web:
    image: a
    logging: *logging
  db:
    image: b
    logging: *logging
"""


def test_what_all_who_share_it_are_asked_for_is_changed_where_it_stands() -> None:
    project = project_of({MAIN: SHARED.encode()}, [MAIN])
    drafts = Drafts()
    changes = [Add("log_options", ("max-file", "3"))]
    for workload in project.workloads:
        announce(workload, changes, drafts)
    for workload in project.workloads:
        write(workload, changes, drafts)
    (draft,) = drafts
    assert draft.result().decode() == SHARED.replace("1m\n", '1m\n    max-file: "3"\n')
    assert not drafts.notes


def test_what_one_of_them_is_asked_for_becomes_its_own() -> None:
    assert after(SHARED, lambda _: [Add("log_options", ("max-file", "3"))]) == SHARED.replace(
        "image: a\n    logging: *logging\n",
        'image: a\n    logging:\n      driver: json-file\n      options:\n        max-size: 1m\n        max-file: "3"\n',
    )


def test_what_others_extend_says_who_changes_too() -> None:
    text = "services:\n  web:\n    image: a\n  api:\n    extends: web\n"
    project = project_of({MAIN: text.encode()}, [MAIN])
    drafts = Drafts()
    write(named(project, "web"), [SetTo("read_only", value=True)], drafts)
    assert [note.subjects for note in drafts.notes] == [("service api",)]
    assert after(text, lambda _: [SetTo("read_only", value=True)], "api").endswith(
        "extends: web\n    read_only: true\n"
    )


def test_what_a_base_and_an_override_say_goes_from_both() -> None:
    over = b"services:\n  web:\n    cap_add: [A, B]\n    user: root\n"
    tree = {MAIN: b"services:\n  web:\n    image: a\n    cap_add: [A]\n    user: www\n", "over.yml": over}
    got = changed(tree, list(tree), "web", lambda web: [Drop("cap_add", web.cap_add.value[0]), SetTo("user", None)])
    assert got == {MAIN: b"services:\n  web:\n    image: a\n", "over.yml": b"services:\n  web:\n    cap_add: [B]\n"}


@pytest.mark.parametrize("first_drops", [True, False])
def test_of_two_fixes_of_a_shared_value_the_later_one_is_refused(first_drops: bool) -> None:
    text = "x: &x\n  environment: &e\n    A: a\n    B: b\nservices:\n  web:\n    <<: *x\n    image: i\n  db:\n    <<: *x\n    image: i\n"
    web = named(project_of({MAIN: text.encode()}, [MAIN]), "web")
    item = next(one for one in web.env.value if one.value.name == "A")
    drop, swap = Drop("env", item), Swap("env", item, EnvVar("A", "c", "c", "literal"))
    first, second = (drop, swap) if first_drops else (swap, drop)
    drafts = Drafts()
    write(web, [first], drafts)
    made = [draft.result() for draft in drafts]
    with pytest.raises(UnwritableError, match="another fix wants something else"):
        write(web, [second], drafts)
    assert [draft.result() for draft in drafts] == made
    write(web, [first], drafts)
    assert [draft.result() for draft in drafts] == made
