"""What a person names is found; where it is not clear what is meant, the message lists what there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hardhull.facts.digest import digest
from hardhull.facts.workload import Workload
from hardhull.run.create import prepare
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Settings
from hardhull.run.target import target
from hardhull.run.world import World
from hardhull.scan import Options, examine, gather
from worlds import listening

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

COMPOSE = """services:
  web: {image: app, depends_on: [db]}
  db: {image: base}
  other: {image: base, container_name: third}
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  initContainers: [{name: first, image: a}]
  containers: [{name: app, image: a}]
"""
SCRIPT = "#!/bin/sh\ndocker run -d --name cache redis:7\ndocker run --rm tool:1 convert\n"


def shop(folder: Path) -> Path:
    for name, text in {"compose.yaml": COMPOSE, "deploy/pod.yaml": POD, "run.sh": SCRIPT}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def why(named: str, service: str = "") -> str:
    with pytest.raises(CannotRunError) as error:
        target(named, service)
    (refusal,) = error.value.refusals
    assert refusal.what
    assert refusal.how
    return f"{refusal.why}; {refusal.how}"


def test_a_workload_is_named_by_file_and_name(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    found = target(f"{folder}/compose.yaml", "web")
    assert (found.subject.name, [each.name for each in found.workloads]) == ("web", ["web", "db"])
    assert (found.path, found.root) == ("compose.yaml", folder)
    assert target(f"{folder}/compose.yaml:web").subject.subject == "service web"
    assert target(f"{folder}/compose.yaml:third").subject.name == "other"
    assert target(f"{folder}/deploy").subject.name == "app"
    assert target(f"{folder}/run.sh", "cache").subject.image.value == "redis:7"


def test_in_a_folder_the_file_that_stands_in_it_counts_first(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    (folder / "deploy" / "compose.yaml").write_text(COMPOSE)
    assert target(str(folder), "web").path == "compose.yaml"
    (folder / "run.sh").write_text("docker run --name web web:1\n")
    assert "it has 3 workloads of the name web" in why(str(folder), "web")


def test_what_is_not_clear_is_listed(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    assert why(f"{folder}/compose.yaml") == "it has 3 workloads (web, db, other); name one with --service"
    assert why(f"{folder}/compose.yaml", "absent").startswith("it has no workload absent (it has: web, db, other)")
    assert "compose.yaml:web" in why(str(folder))
    assert why(f"{folder}/compose.yaml:web", "db").startswith("its name is given twice (web and db)")


def test_what_is_not_there_or_cannot_be_run_is_told(tmp_path: Path) -> None:
    assert why(f"{tmp_path}/absent").startswith("there is no such file or folder")
    assert why(f"{tmp_path}/absent:web").startswith("there is no such file or folder")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert why(str(tmp_path)).startswith("nothing in it says how a container is run")
    (tmp_path / "compose.yaml").write_text("services: [\n")
    assert "compose.yaml" in why(f"{tmp_path}/compose.yaml")
    assert why("image:").startswith("it names no image")
    assert why("image:web", "web").startswith("an image has no services")


def test_standard_input_is_a_file_without_a_name() -> None:
    found = target("-", "db", COMPOSE.encode())
    assert (found.subject.name, found.path) == ("db", "")


@pytest.mark.engine
def test_an_image_by_itself_runs(engine: Engine) -> None:
    engine.build(b'FROM hh/run:1\nEXPOSE 80\nCMD ["httpd", "-f", "-p", "80"]\n', "hh/bare:1")
    found = target("image:hh/bare:1")
    settings = Settings(base=found.root)
    with World(prepare(found.workloads, settings), settings) as world:
        world.start()
        listening(world, found.subject.name, 80)
    assert found.subject.subject == "container bare"


def test_a_seccomp_profile_counts_by_what_it_says_as_in_a_scan(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services: {web: {image: app, security_opt: ['seccomp:./own.json']}}\n")
    own, digests = tmp_path / "own.json", []
    for answer, indent in (("SCMP_ACT_ERRNO", 0), ("SCMP_ACT_ERRNO", 4), ("SCMP_ACT_LOG", 0)):
        own.write_text(json.dumps({"defaultAction": answer}, indent=indent))
        subject = target(f"{tmp_path}/compose.yaml").subject
        scan = examine(*gather([str(tmp_path)], Options()), Options())
        (scanned,) = [one for one in scan.facts if isinstance(one, Workload)]
        assert digest(subject) == digest(scanned)
        digests.append(digest(subject))
    assert digests[0] == digests[1] != digests[2]
