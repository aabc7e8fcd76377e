"""A field points into the file where its value really stands."""

from __future__ import annotations

import pytest
from projects import at, one, read, service

from hardhull.formats.compose.project import read_project
from hardhull.model.source import Source


def test_written_absent_listed_and_keyed() -> None:
    web = service("image: nginx\nprivileged: true # why\ncap_add: [NET_ADMIN]\nenvironment:\n  A: 1\n  B: two")
    assert at(web.privileged) == "compose.yml:4:17 true"
    assert at(web.read_only) == "compose.yml:2:3 web"
    assert not web.read_only.written
    assert at(web.cap_add) == "compose.yml:5:5 cap_add"
    assert at(web.cap_add.value[0]) == "compose.yml:5:15 NET_ADMIN"
    assert [at(item) for item in web.env.value] == ["compose.yml:7:7 A: 1", "compose.yml:8:7 B: two"]


def test_an_override_moves_only_what_it_says() -> None:
    project = read(
        "services:\n  web:\n    image: a\n    privileged: true\n    cap_add: [X]\n    environment: [A=1, B=2]\n",
        "services:\n  web:\n    privileged: false\n    cap_add: [Y]\n    environment: [B=3]\n",
    )
    web = one(project)
    assert at(web.image) == "compose.yml:3:12 a"
    assert at(web.privileged) == "over1.yml:3:17 false"
    assert at(web.memory) == "compose.yml:2:3 web"
    assert [at(item) for item in web.cap_add.value] == ["compose.yml:5:15 X", "over1.yml:4:15 Y"]
    assert [at(item) for item in web.env.value] == ["compose.yml:6:19 A=1", "over1.yml:5:19 B=3"]


def test_extends_points_into_the_other_file_but_a_fix_stands_here() -> None:
    project = read(
        "services:\n  web:\n    extends: {file: sub/base.yml, service: app}\n    image: x\n",
        sub__base_yml="services:\n  app:\n    privileged: true\n    volumes: [./d:/d]\n",
    )
    web = one(project)
    assert at(web.privileged) == "sub/base.yml:3:17 true"
    assert at(web.read_only) == "compose.yml:2:3 web"
    assert web.mounts.value[0].value.source == "./sub/d"
    assert project.files == ("compose.yml", "sub/base.yml")


def test_an_included_service_stands_in_its_own_file() -> None:
    project = read(
        "include: [inc/a.yml]\nservices:\n  web: {image: x}\n",
        inc__a_yml="services:\n  db: {image: db, env_file: a.env}\n",
        inc__a_env="# the password\nPASSWORD=x\n",
    )
    db = one(project, "db")
    assert at(db.image) == "inc/a.yml:2:15 db"
    assert at(db.env.value[0]) == "inc/a.env:2:1 PASSWORD=x"
    assert project.files == ("compose.yml", "inc/a.yml")


def test_anchors_and_merge_keys_point_at_the_anchor() -> None:
    web = one(
        read("x-base: &b\n  read_only: true\n  cap_drop: &c [ALL]\nservices:\n  web:\n    <<: *b\n    image: x\n")
    )
    assert at(web.read_only) == "compose.yml:2:14 true"
    assert at(web.cap_drop) == "compose.yml:3:3 cap_drop"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_are_exact_behind_other_alphabets(end: str) -> None:
    text = "\ufeff# ü\nservices:\n  wéb:\n    image: 'ä:1'\n    privileged: true".replace("\n", end)
    source = Source("c.yml", text.encode())
    web = read_project([source], lambda _: None).workloads[0]
    assert web.name == "wéb"
    assert source.data[slice(*web.image.place.span)] == "'ä:1'".encode()
    assert web.privileged.place.text == "true"


def test_limits_stand_where_they_are_written() -> None:
    web = service("image: x\nmem_limit: 1g\ndeploy:\n  resources:\n    limits: {memory: 1g, pids: 5}")
    assert at(web.memory) == "compose.yml:7:26 1g"
    assert at(web.pids) == "compose.yml:7:36 5"
    assert at(service("image: x\ncpu_quota: 50000").cpus) == "compose.yml:4:16 50000"


def test_the_folder_of_a_project_below_the_root() -> None:
    files = {
        "deploy/compose.yml": "services:\n  web:\n    build: ../app\n    env_file: .env\n    volumes: [./a:/a, ../../b:/b]\n"
        "    security_opt: ['seccomp:./s.json']\n    secrets: [s]\nsecrets: {s: {file: s.txt}}\n",
        "deploy/.env": "A=1\n",
    }
    sources = {path: Source(path, text.encode()) for path, text in files.items()}
    web = read_project([sources["deploy/compose.yml"]], sources.get).workloads[0]
    assert web.build.value is not None
    assert web.build.value.context == "app"
    assert [mount.value.source for mount in web.mounts.value] == ["./deploy/a", "../b"]
    assert web.seccomp.value == "deploy/s.json"
    assert web.secrets.value[0].value.file == "deploy/s.txt"
    assert web.env_files.value[0].value == "deploy/.env"
