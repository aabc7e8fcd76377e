"""Changes as a file that is laid over the project's own: base and override together say what was wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generated import Made, projects
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lens import breaches, named, project_of
from sensible import sensible

from hardhull.formats.compose.write.overrides import Override, override
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.model.change import Change

BASE = b"""services:
  web:
    image: nginx
    privileged: true
    user: root
    cap_add: [SYS_ADMIN, NET_ADMIN]
    ports: ["80:80"]
    environment:
      PASSWORD: hunter2
"""


def test_only_what_changes_is_written() -> None:
    tree = {"compose.yaml": BASE}
    web = named(project_of(tree, ["compose.yaml"]), "web")
    changes: list[Change] = [
        SetTo("privileged", value=False),
        SetTo("user", None),
        SetTo("memory", 256 << 20),
        Add("cap_drop", "ALL"),
        Drop("cap_add", web.cap_add.value[0]),
        Swap("ports", web.ports.value[0], web.ports.value[0].value._replace(host_ip="127.0.0.1")),
        Drop("env", web.env.value[0]),
        SetTo("no_new_privileges", value=True),
    ]
    assert override([(web, changes)], "compose.override.yaml") == (
        "services:\n  web:\n    privileged: false\n    user: !reset null\n    deploy:\n      resources:\n"
        "        limits:\n          memory: 256M\n    cap_drop:\n      - ALL\n"
        '    cap_add: !override\n      - NET_ADMIN\n    ports: !override\n      - "127.0.0.1:80:80"\n'
        "    environment:\n      PASSWORD: !reset null\n    security_opt:\n      - no-new-privileges:true\n"
    )


def test_a_file_that_is_there_keeps_what_it_says() -> None:
    over = b"# ours\nservices:\n  web:\n    user: www # ok\n    cap_drop: [CHOWN]\n"
    tree = {"compose.yaml": BASE, "compose.override.yaml": over}
    web = named(project_of(tree, list(tree)), "web")
    changes: list[Change] = [SetTo("user", "1000"), Add("cap_drop", "ALL"), SetTo("read_only", value=True)]
    assert override([(web, changes)], "compose.override.yaml", Source("compose.override.yaml", over)) == (
        '# ours\nservices:\n  web:\n    user: "1000" # ok\n    cap_drop: [CHOWN, ALL]\n    read_only: true\n'
    )


def test_nothing_wanted_is_nothing_written() -> None:
    web = named(project_of({"compose.yaml": BASE}, ["compose.yaml"]), "web")
    assert override([(web, [])], "compose.override.yaml") == ""


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects(), st.data())
def test_base_and_override_together_hold_the_change(made: Made, data: st.DataObject) -> None:
    project = project_of(made.tree, made.files)
    assume(not any(problem.refused for problem in project.problems))
    workload = named(project, "web")
    for name, changes in data.draw(st.permutations(list(sensible(workload))))[:10]:
        over = Override("last.yml")
        try:
            over.write(workload, changes)
        except UnwritableError:
            assert over.text() == ""
            continue
        tree = {**made.tree, "last.yml": over.text().encode()}
        again = project_of(tree, [*made.files, "last.yml"])
        assert not breaches(project, again, [(workload, changes)], Drafts()), (name, over.text())
