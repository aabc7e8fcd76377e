"""What cannot be known says why, and never becomes a guess; what is missing or refused is listed."""

from __future__ import annotations

import pytest
from projects import at, one, read, refused, service

from hardhull.facts.parts import EnvVar
from hardhull.formats.compose.problem import MAX_WORK
from hardhull.formats.compose.project import read_project
from hardhull.model.field import NotKnownError
from hardhull.model.source import Source


def test_a_variable_without_a_value_makes_its_field_unknown() -> None:
    web = service("image: app:${TAG}\nprivileged: ${P}\nuser: ${U:?set it}\nmem_limit: ${M:-1g}\nread_only: true")
    with pytest.raises(NotKnownError, match=r"the variable TAG has no value in \.env"):
        _ = web.image.value
    assert web.privileged.why == "the variable P has no value in .env"
    assert web.privileged.written
    assert web.user.why is not None
    assert "demands" in web.user.why
    assert web.memory.value == 1 << 30
    assert web.read_only.value is True


def test_known_items_stand_before_unknown_ones() -> None:
    web = service(
        "image: x\nports: ['${P}:80', '81:81']\nvolumes: ['${V}/x:/x', '/var/run/docker.sock:/s']\ncap_add: ['${C}', A]"
    )
    assert [field.known for field in web.ports.value] == [True, False]
    assert web.mounts.value[0].value.source == "/var/run/docker.sock"
    assert [field.known for field in web.cap_add.value] == [True, False]


def test_where_the_value_of_a_variable_comes_from() -> None:
    web = service(
        "image: x\nenvironment:\n  LIT: a\n  DEF: ${N:-d}\n  FILE: ${K}\n  OUT: ${N}\n  PASS:\n  KEPT:\nenv_file: one.env",
        env="K=v\nKEPT=k\n",
        one_env="LIT=file\nMORE='m $K'\nUSES=$LIT-$K\n",
    )
    assert sorted(field.value for field in web.env.value) == [
        EnvVar("DEF", "d", "${N:-d}", "default"),
        EnvVar("FILE", "v", "${K}", "env_file"),
        EnvVar("KEPT", "k", "", "env_file"),
        EnvVar("LIT", "a", "a", "literal"),
        EnvVar("MORE", "m $K", "'m $K'", "env_file"),
        EnvVar("OUT", None, "${N}", "variable"),
        EnvVar("PASS", None, "", "host"),
        EnvVar("USES", "a-v", "$LIT-$K", "env_file"),
    ]


def test_the_process_environment_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "from-the-shell")
    assert not service("image: app:${TAG}").image.known


def test_security_options_with_variables() -> None:
    web = service("image: x\nsecurity_opt: ['seccomp:${S}', 'no-new-privileges:true']")
    assert not web.seccomp.known
    assert web.no_new_privileges.value is True
    assert web.apparmor.value is None
    web = service("image: x\nsecurity_opt: ['${OPT}', 'no-new-privileges:true']")
    assert web.no_new_privileges.value is True
    assert not web.seccomp.known
    assert not web.apparmor.known


def test_a_base_that_is_not_there_leaves_absent_fields_unknown() -> None:
    project = read("services:\n  web:\n    image: x\n    extends: {file: gone.yml, service: a}\n")
    web = one(project)
    assert web.image.value == "x"
    assert web.privileged.why == "it extends a service of gone.yml, which is not in the scanned tree"
    assert [(problem.why, problem.refused) for problem in project.problems] == [
        ("the file gone.yml is not in the scanned tree", False)
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("include: [../outside.yml]\nservices: {web: {image: x}}\n", "../outside.yml is not in the scanned tree"),
        ("include: [/etc/passwd]\nservices: {web: {image: x}}\n", "/etc/passwd is not in the scanned tree"),
        (
            "include: ['oci://reg/x']\nservices: {web: {image: x}}\n",
            "oci://reg/x is not in the scanned tree and is not fetched",
        ),
        ("include: ['https://github.com/a/b.git']\nservices: {web: {image: x}}\n", "is not fetched"),
        ("services: {web: {image: x, env_file: ../../secret.env}}\n", "../../secret.env is not in the scanned tree"),
        ("services: {web: {image: x, extends: {file: '${F}', service: a}}}\n", "the variable F has no value"),
        ("services: {web: {provider: {type: t}}, db: {image: x}}\n", "is run by a provider"),
    ],
)
def test_what_is_missing_is_listed_and_never_read_from_elsewhere(text: str, why: str) -> None:
    asked: list[str] = []

    def tree(path: str) -> Source | None:
        asked.append(path)
        return None

    project = read_project([Source("compose.yml", text.encode())], tree)
    assert why in project.problems[0].why
    assert not project.problems[0].refused
    assert not [path for path in asked if path.startswith(("/", ".."))]


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("  web:\n    image: a\n    image: b", "4:5", "image is written twice"),
        ("  web: {image: a}\n  web: {image: b}", "3:3", "web is written twice"),
        ("  web: {image: a, privileged: maybe}", "2:31", "'maybe' is no boolean"),
        ("  web: {image: a, extends: b}\n  b: {extends: web}", "2:19", "extends itself in a circle"),
        ("  web: {image: a, extends: b}", "2:19", "no service b"),
        ("  web: {image: a, resources: {}}", "2:19", "no key resources"),
        ("  web: {image: a, mem_limit: 1g, deploy: {resources: {limits: {cpus: 1}}}}", "2:63", "another value"),
        ("  web: {image: '${}'}", "2:16", "no name"),
    ],
)
def test_what_compose_refuses_is_named_with_its_place(text: str, where: str, why: str) -> None:
    project = read(f"services:\n{text}\n")
    assert [line for line in refused(project) if line.startswith(f"compose.yml:{where}:") and why in line]


def test_unknown_keys_are_kept_and_misplaced_ones_are_hollow() -> None:
    web = service("image: x\nresources:\n  limits: {memory: 1g}\ndeploy:\n  read_only: true\nx-mine: 1\ngpus: all")
    assert sorted(field.value for field in web.unread) == ["gpus", "read_only", "resources"]
    assert [at(field) for field in web.hollow.value] == ["compose.yml:4:5 resources", "compose.yml:7:7 read_only"]
    assert [field.value for field in web.hollow.value] == [
        "resources stands outside of deploy",
        "read_only stands in deploy and not in the service itself",
    ]


def test_profiles_are_read_and_marked() -> None:
    text = "services:\n  a: {image: x}\n  b: {image: x, profiles: [debug]}\n  c: {image: x, profiles: [ci]}\n"
    assert [work.active for work in read(text).workloads] == [True, False, False]
    assert [work.active for work in read(text, env="COMPOSE_PROFILES=debug,other\n").workloads] == [True, True, False]
    assert [work.active for work in read(text, env="COMPOSE_PROFILES=*\n").workloads] == [True, True, True]


def test_the_name_of_the_project() -> None:
    assert read("services: {web: {image: '${COMPOSE_PROJECT_NAME}'}}\n").workloads[0].image.value == "shop"
    assert read("name: My_App!\nservices: {web: {image: x}}\n").name == "my_app"
    nameless = read("services: {web: {image: '${COMPOSE_PROJECT_NAME}'}}\n", name="")
    assert nameless.workloads[0].image.why == "the name of the project is that of its folder, which is not known"


def test_a_file_that_cannot_be_read_is_a_problem() -> None:
    project = read("services: [\n")
    assert refused(project)[0].startswith("compose.yml:2:1: not YAML")
    assert len(project.problems) == 1
    template = read("services:\n  {{ if x }}\n")
    assert not template.problems[0].refused


def many(count: int, line: str) -> str:
    return "".join(line.format(number) for number in range(count))


HOSTILE = {
    "a large service that many extend": "services:\n  s:\n    image: x\n    environment:\n"
    + many(4_000, "      K{}: v\n")
    + many(1_500, "  s{}: {{extends: s}}\n"),
    "many documents": many(3_000, "services:\n  s{}: {{image: x}}\n---\n"),
    "a long chain of extends": "services:\n  s: {image: x}\n  s0: {extends: s}\n"
    + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(300))
    + "  s300: {image: x}\n",
    "long lists laid over each other": "services:\n  a:\n    image: x\n    extends: b\n    dns: ["
    + many(9_000, "a{},")
    + "]\n  b:\n    image: x\n    dns: ["
    + many(9_000, "b{},")
    + "]\n",
    "nested variables": "services: {a: {image: '" + "${A:-" * 300 + "x" + "}" * 300 + "'}}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_projects_are_bounded(name: str) -> None:
    project = read(HOSTILE[name])
    fields = sum(
        len(field.value)
        for work in project.workloads
        for field in work.fields.values()
        if field.known and isinstance(field.value, tuple)
    )
    assert fields <= MAX_WORK
    assert project.workloads or project.problems


def test_variables_that_grow_are_refused() -> None:
    doubling = "A=xxxxxxxxxx\n" + "".join(f"{chr(66 + n)}=${{{chr(65 + n)}}}${{{chr(65 + n)}}}\n" for n in range(25))
    project = read("services: {web: {image: '${Z}'}}\n", env=doubling)
    assert "grow" in refused(project)[0]
    assert not project.workloads[0].image.known


def test_includes_in_a_circle_end() -> None:
    project = read(
        "include: [a.yml]\nservices: {web: {image: x}}\n", a_yml="include: [compose.yml]\nservices: {b: {image: y}}\n"
    )
    assert "in a circle" in refused(project)[0]
    assert {work.name for work in project.workloads} == {"web", "b"}
