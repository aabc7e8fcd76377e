"""Secrets leave the environment: where each goes, under which name, and what the reader then sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from planning import planned
from test_examples import RULES

from hardhull.model.plan import Status
from hardhull.rules.secret_files import READ_FROM_FILES

if TYPE_CHECKING:
    from hardhull.model.plan import Plan

SECRET, OTHER = "uG7!kq2ZpL9xW", "Zr0pLwvK3nq8Qe"


def plan_of(files: dict[str, str], rule: str = "secret-in-environment") -> tuple[Plan, dict[str, str]]:
    """A plan of one rule, and the files as it leaves them."""
    plan = planned(files, next(one for one in RULES if one.name == rule))
    return plan, {**files, **{file.path: file.after.decode() for file in plan.files}}


def services(**texts: str) -> str:
    """A Compose file of services with what each says below its name."""
    lines = ["services:"]
    for name, text in texts.items():
        lines += [f"  {name}:", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(lines) + "\n"


def app(value: str, image: str = "shop", name: str = "DB_PASSWORD") -> str:
    return f'image: {image}\nenvironment:\n  {name}: "{value}"'


def test_services_that_share_a_value_share_the_variable() -> None:
    plan, files = plan_of({"compose.yaml": services(a=app(SECRET), b=app(SECRET))})
    assert len(plan.of(Status.PLANNED)) == 2
    assert files["compose.yaml"].count("${DB_PASSWORD:?set it in .env}") == 2
    assert SECRET not in files["compose.yaml"]


def test_services_with_values_of_their_own_get_variables_of_their_own() -> None:
    _, files = plan_of({"compose.yaml": services(a=app(SECRET), b=app(OTHER))})
    assert "${A_DB_PASSWORD:?set it in .env}" in files["compose.yaml"]
    assert "${B_DB_PASSWORD:?set it in .env}" in files["compose.yaml"]


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ({".env": f"DB_PASSWORD={OTHER}\n"}, "A_DB_PASSWORD"),
        ({".env": f"DB_PASSWORD={SECRET}\n"}, "DB_PASSWORD"),
        ({".env": "OTHER=x\n"}, "DB_PASSWORD"),
    ],
    ids=["another value", "the same value", "no value"],
)
def test_a_value_in_env_is_taken_only_where_it_is_the_same(beside: dict[str, str], name: str) -> None:
    plan, files = plan_of({"compose.yaml": services(a=app(SECRET)), **beside})
    assert f"${{{name}:?set it in .env}}" in files["compose.yaml"]
    assert f"`{name}=NEW-VALUE`" in plan.of(Status.PLANNED)[0].fix.mitigation


def test_a_variable_that_the_file_takes_for_something_else_is_left_to_that() -> None:
    _, files = plan_of({"compose.yaml": services(a=app(SECRET), b="image: shop\nlabels:\n  x: ${DB_PASSWORD:-no}")})
    assert "${A_DB_PASSWORD:?set it in .env}" in files["compose.yaml"]
    assert "x: ${DB_PASSWORD:-no}" in files["compose.yaml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("${PW:-changeme}", "${PW:?set it in .env}"),
        ("${PW-changeme}", "${PW:?set it in .env}"),
        ("postgres://${DB_USER:-app}:${DB_PASS:-changeme}@db/x", "postgres://${DB_USER:-app}:${DB_PASS:?set it in .env}@db/x"),
        ("${A_PW:-${B_PW:-changeme}}", "${A_PW:-${B_PW:?set it in .env}}"),
    ],
)  # fmt: skip
def test_only_the_default_that_is_the_secret_goes(before: str, after: str) -> None:
    _, files = plan_of({"compose.yaml": services(a=app(before))}, "weak-default-password")
    assert f'DB_PASSWORD: "{after}"' in files["compose.yaml"]


def test_of_two_defaults_that_say_nothing_a_person_chooses() -> None:
    plan, _ = plan_of(
        {"compose.yaml": services(a=app("postgres://${A:-root}:${B:-root}@db/x"))}, "weak-default-password"
    )
    assert [each.status for each in plan.fixes] == [Status.BY_HAND]
    assert "which of its defaults" in plan.fixes[0].snippet


DB = app(SECRET, "postgres:17", "POSTGRES_PASSWORD")


def test_an_image_that_reads_files_gets_one() -> None:
    plan, files = plan_of({"deploy/compose.yaml": services(db=DB)})
    assert files["deploy/compose.yaml"] == services(
        db="image: postgres:17\nenvironment:\n  POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password\n"
        "secrets:\n  - postgres_password"
    ) + ("secrets:\n  postgres_password:\n    file: ./secrets/postgres_password\n")
    fix = plan.of(Status.PLANNED)[0].fix
    assert "deploy/secrets/postgres_password" in fix.mitigation
    assert SECRET not in repr(plan.of(Status.PLANNED))


@pytest.mark.parametrize(
    "more",
    [
        "healthcheck:\n  test: mysqladmin -p$$POSTGRES_PASSWORD ping",
        "command: sh -c 'use $$POSTGRES_PASSWORD'",
        "entrypoint: /mine.sh",
        "build: .",
    ],
)
def test_what_else_reads_the_variable_keeps_it(more: str) -> None:
    _, files = plan_of({"compose.yaml": services(db=f"{DB}\n{more}")})
    assert "${POSTGRES_PASSWORD:?set it in .env}" in files["compose.yaml"]


def test_two_databases_have_two_files() -> None:
    other = app(OTHER, "postgres:17", "POSTGRES_PASSWORD")
    _, files = plan_of({"compose.yaml": services(a=DB, b=other)})
    assert "file: ./secrets/a_postgres_password" in files["compose.yaml"]
    assert "file: ./secrets/b_postgres_password" in files["compose.yaml"]


def test_a_secret_that_is_there_already_is_not_taken_for_this_one() -> None:
    text = services(db=DB) + "secrets:\n  postgres_password:\n    file: ./elsewhere\n"
    plan, files = plan_of({"compose.yaml": text})
    assert plan.of(Status.REFUSED)
    assert files["compose.yaml"] == text


def test_a_file_of_variables_is_left_to_a_person() -> None:
    files = {"compose.yaml": services(a="image: shop\nenv_file: app.env"), "app.env": f"DB_PASSWORD={SECRET}\n"}
    plan, after = plan_of(files)
    assert after == files
    assert [each.status for each in plan.fixes] == [Status.BY_HAND]
    assert "keep that file out of git" in plan.fixes[0].snippet


def pod(*values: str) -> str:
    containers = "".join(
        f"    - name: c{number}\n      image: shop\n      env:\n        - name: API_TOKEN\n          value: {value}\n"
        for number, value in enumerate(values)
    )
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec:\n  containers:\n{containers}"


TOKENS = ("8783345c388e4b009d24c64758de5660", "1783345c388e4b009d24c64758de5661")


def test_a_pod_takes_it_from_a_secret_that_the_plan_names() -> None:
    plan, files = plan_of({"pod.yaml": pod(TOKENS[0], TOKENS[0])})
    assert files["pod.yaml"].count("name: web-env") == files["pod.yaml"].count("key: API_TOKEN") == 2
    command = "kubectl create secret generic web-env -n shop --from-literal=API_TOKEN=NEW-VALUE"
    assert all(command in " ".join(each.notes) for each in plan.of(Status.PLANNED))


def test_containers_with_values_of_their_own_get_keys_of_their_own() -> None:
    _, files = plan_of({"pod.yaml": pod(*TOKENS)})
    assert "key: c0.API_TOKEN" in files["pod.yaml"]
    assert "key: c1.API_TOKEN" in files["pod.yaml"]


@pytest.mark.parametrize(
    ("path", "text", "status"),
    [
        ("run.sh", "docker run -d -e DB_PASSWORD={} shop\n", Status.PLANNED),
        ("web.service", "[Service]\nExecStart=/usr/bin/docker run -e DB_PASSWORD={} shop\n", Status.BY_HAND),
    ],
)
def test_a_command_line_takes_it_from_its_caller(path: str, text: str, status: Status) -> None:
    plan, files = plan_of({path: text.format(SECRET.replace("!", ""))})
    assert [each.status for each in plan.fixes] == [status]
    assert ("-e DB_PASSWORD shop" in files[path]) == (status is Status.PLANNED)


def test_the_table_names_passwords_and_keys_only() -> None:
    assert all(
        name.isidentifier() and not name.endswith("_FILE") for names in READ_FROM_FILES.values() for name in names
    )


def test_in_a_list_the_new_name_stands_where_the_old_one_stood() -> None:
    lines = f"image: mysql:8.4\nenvironment:\n  - MYSQL_ROOT_PASSWORD={SECRET} # of root\n  - A=b"
    _, files = plan_of({"compose.yaml": services(db=lines)})
    kept = "  - MYSQL_ROOT_PASSWORD_FILE=/run/secrets/mysql_root_password # of root\n      - A=b"
    assert kept in files["compose.yaml"]
