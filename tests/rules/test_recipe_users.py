"""Which user an image gets: what the base brings, what the recipe makes, what has to belong to it, what is left alone."""

from __future__ import annotations

import pytest
from fixing import findings, fixed

from hardhull.formats.dockerfile import read
from hardhull.model.source import Source
from hardhull.rules.recipe_users import choose, program_of

APP = "groupadd --system --gid 10001 app"


def result(text: str) -> str:
    return fixed(text.encode(), "image-runs-as-root").text.decode()


def advice(text: str) -> str:
    found = [
        fix.title
        for _name, one in findings(read(Source("Dockerfile", text.encode())), "image-runs-as-root")
        for fix in one.fixes
    ]
    assert result(text) == text
    return " ".join(found)


@pytest.mark.parametrize(
    ("base", "user", "account"),
    [
        ("debian:13.1", "10001:10001", "groupadd"),
        ("ubuntu:24.04", "10001:10001", "groupadd"),
        ("python:3.13-alpine", "10001:10001", "adduser -S"),
        ("busybox:1.37", "10001:10001", "adduser -S"),
        ("rockylinux:9", "10001:10001", "useradd"),
        ("registry.access.redhat.com/ubi9/ubi", "10001:10001", "useradd"),
        ("registry.access.redhat.com/ubi9/ubi-minimal", "10001:10001", ""),
        ("amazonlinux:2023", "10001:10001", ""),
        ("node:22", "1000:1000", ""),
        ("php:8.4-apache", "33:33", ""),
        ("php:8.4-fpm-alpine", "82:82", ""),
        ("oven/bun:1", "1000:1000", ""),
        ("mcr.microsoft.com/dotnet/aspnet:10.0", "1654:1654", ""),
        ("gcr.io/distroless/static-debian12", "65532:65532", ""),
        ("scratch", "10001:10001", ""),
    ],
)
def test_the_user_fits_the_base(base: str, user: str, account: str) -> None:
    text = result(f'FROM {base}\nCOPY app /app\nCMD ["/app"]\n')
    assert f"USER {user}\nCMD" in text
    assert account in text
    assert bool(account) == ("RUN" in text)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("useradd -u 1234 web", "USER 1234:1234"),
        ("groupadd -g 77 g && useradd --uid=1234 -g g web", "USER 1234:77"),
        ("useradd -m web", "RUN useradd --uid 10001 -m web\nUSER 10001:10001"),
        (
            "groupadd -r g && useradd -r -g g web",
            "groupadd --gid 10001 -r g && useradd --uid 10001 -r -g g web\nUSER 10001:10001",
        ),
        ("adduser --system --group web", "RUN adduser --uid 10001 --system --group web\nUSER 10001\n"),
        ("useradd -u 1234 web && usermod -aG audio web", "USER 1234:1234"),
    ],
)
def test_a_user_that_the_recipe_makes_is_taken(make: str, expected: str) -> None:
    assert expected in result(f"FROM debian:13.1\nRUN {make}\nCMD x\n")


def test_a_number_in_a_variable_stays_that_variable() -> None:
    text = "FROM debian:13.1\nENV ID=4321\nRUN useradd -u $ID web\nCMD x\n"
    assert "USER $ID:$ID\nCMD" in result(text)
    assert "number of web is not known" in advice(text.replace("ENV ID=4321\n", ""))


def test_what_the_program_writes_belongs_to_the_user() -> None:
    text = result("FROM node:22\nWORKDIR /app\nRUN mkdir -p /app/logs build && x\nCOPY . .\nVOLUME /srv/files\nCMD x\n")
    assert "chown 1000:1000 /app &&" in text
    assert "mkdir -p /srv/files /app/logs &&" in text
    assert "chown -R 1000:1000 /srv/files /app/logs" in text
    nginx = result("FROM nginx:1.27\nCOPY x /usr/share/nginx/html\n")
    assert (
        "touch /var/run/nginx.pid && \\\n    chown 101:101 /var/run/nginx.pid && \\\n    chown -R 101:101 /var/cache/nginx\nUSER 101:101"
        in nginx
    )


@pytest.mark.parametrize("folder", ["/", "/usr/local/bin", "/etc/x", "/var/lib", "/tmp/x"])
def test_folders_of_the_distribution_stay_with_root(folder: str) -> None:
    assert "chown" not in result(f"FROM node:22\nWORKDIR {folder}\nCMD x\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM debian:13.1\nWORKDIR /root/app\nCMD x\n", "below /root"),
        ("FROM debian:13.1\nENV PATH=/root/.local/bin:$PATH\nUSER root\nCMD x\n", ""),
        ('FROM debian:13.1\nCMD ["/usr/sbin/sshd", "-D"]\n', "begins as root"),
        ("FROM debian:13.1\nCMD supervisord -n\n", "begins as root"),
        ("FROM debian:13.1\nONBUILD RUN x\nCMD x\n", "ONBUILD"),
        ("FROM postgres:17\n", "gives up root to postgres itself"),
        ('FROM debian:13.1\nRUN apt-get install -y gosu\nENTRYPOINT ["/e"]\n', "gives up root itself"),
        ("FROM scratch\nCOPY a /a\nVOLUME /data\n", "no shell"),
    ],
)
def test_what_needs_root_is_left_alone_with_the_reason(text: str, why: str) -> None:
    assert why in advice(text) if why else result(text)


def test_a_copy_into_a_volume_of_an_image_without_a_shell_gets_its_owner() -> None:
    text = "FROM scratch\nCOPY a /a\nCOPY data /data/\nVOLUME /data\nCMD x\n"
    assert "COPY --chown=10001:10001 data /data/\n" in result(text)


def test_low_ports_are_said() -> None:
    found = findings(read(Source("Dockerfile", b"FROM node:22\nEXPOSE 80\n")), "image-runs-as-root")
    (fix,) = [fix for _name, one in found for fix in one.fixes]
    assert "port 80 works in Docker 20.10" in fix.mitigation
    assert "Kubernetes" in fix.mitigation


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('CMD ["node", "x"]', "node"),
        ('ENTRYPOINT ["/usr/bin/tini", "--", "/app/run"]', "run"),
        ("CMD exec nginx -g x", "nginx"),
        ('CMD ["sh", "-c", "exec /usr/sbin/apache2 -D"]', "apache2"),
        ("CMD A=1 python x", "python"),
        ('ENTRYPOINT ["/bin/sh"]', ""),
        ("EXPOSE 1", ""),
    ],
)
def test_the_program_that_is_started(start: str, expected: str) -> None:
    assert program_of(read(Source("Dockerfile", f"FROM debian:13.1\n{start}\n".encode()))) == expected


def test_without_a_stage_nobody_is_chosen() -> None:
    assert choose(read(Source("Dockerfile", b"ARG X\n"))).why
