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


def build(text: str, rule: str) -> tuple[Plan, str]:
    plan, files = plan_of({"Dockerfile": f"FROM node:22.12.0\nWORKDIR /app\n{text}"}, rule)
    return plan, files["Dockerfile"]


NPM = "--mount=type=secret,id=npmrc,target=/app/.npmrc,required=true"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("COPY .npmrc .\nRUN npm ci\n", Status.PLANNED, NPM),
        ("COPY .npmrc /app\nRUN npm ci\n", Status.PLANNED, NPM),
        ("COPY .npmrc /app/.npmrc\nRUN yarn\n", Status.PLANNED, NPM),
        ("COPY .npmrc /app/x\nRUN cat /app/x\n", Status.BY_HAND, "which path"),
        ("ARG D\nCOPY .npmrc $D/\nRUN npm ci\n", Status.BY_HAND, "which path"),
        ("COPY .npmrc ./\nRUN npm ci && rm -f .npmrc\n", Status.BY_HAND, "removes the file again"),
        ("COPY .npmrc ./\nUSER node\nRUN npm ci\n", Status.BY_HAND, "another user"),
        ("COPY --chown=node .npmrc ./\nRUN npm ci\n", Status.BY_HAND, "options"),
        ("RUN npm ci\nCOPY .npmrc ./\n", Status.BY_HAND, "no RUN names it"),
        ("COPY server.key ./\nRUN openssl rsa -in server.key\nCMD serve server.key\n", Status.BY_HAND, "started with it"),
        ("COPY .ssh /root/.ssh\nRUN git clone x\n", Status.BY_HAND, "no single file"),
    ],
)  # fmt: skip
def test_a_copied_file_is_mounted_where_that_is_sure_to_be_the_same(text: str, status: Status, said: str) -> None:
    plan, after = build(text, "secret-file-copied")
    assert [each.status for each in plan.fixes] == [status]
    assert said in (after if status is Status.PLANNED else plan.fixes[0].snippet)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"ENV NPM_TOKEN={TOKENS[0]}\nRUN npm ci --x=$NPM_TOKEN\n", Status.PLANNED),
        (f"ENV NPM_TOKEN={TOKENS[0]}\nRUN npm ci --x=$NPM_TOKEN_FILE\n", Status.BY_HAND),
        (f"ENV NPM_TOKEN={TOKENS[0]}\nCMD serve\n", Status.BY_HAND),
        (f"ENV NPM_TOKEN={TOKENS[0]}\nRUN npm ci --x=$NPM_TOKEN\nCMD serve $NPM_TOKEN\n", Status.REFUSED),
    ],
)
def test_what_only_the_build_uses_leaves_the_image(text: str, status: Status) -> None:
    plan, after = build(text, "image-secret-in-env")
    assert [each.status for each in plan.fixes] == [status]
    assert (TOKENS[0] in after) == (status is not Status.PLANNED)
    assert TOKENS[0] not in repr(plan.fixes)


def test_services_that_take_it_from_one_anchor_are_changed_together() -> None:
    shared = f"x-env: &env\n  POSTGRES_PASSWORD: {SECRET}\n"
    both = "image: postgres:17\nenvironment: *env"
    plan, files = plan_of({"compose.yaml": shared + services(a=both, b=both)})
    assert [each.status for each in plan.fixes] == [Status.PLANNED] * 2
    assert SECRET not in files["compose.yaml"]
    assert files["compose.yaml"].count("POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password") in {1, 2}
