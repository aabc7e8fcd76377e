"""Single decisions of fixes: what is written by a program, and what is left to a person."""

from __future__ import annotations

import pytest
from fixing import fixed


def body(rule: str, text: str, base: str = "FROM debian:13.1") -> str:
    """What stands below FROM afterwards."""
    result = fixed(f"{base}\n{text}\n".encode(), rule).text.decode()
    return result.removeprefix(f"{base}\n").removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CMD node a.js --port=80", 'CMD ["node", "a.js", "--port=80"]'),
        ("CMD node  a.js", 'CMD ["node", "a.js"]'),
        ("ENTRYPOINT /run.sh a", 'ENTRYPOINT ["/run.sh", "a"]'),
        ("ENTRYPOINT /run.sh a\nCMD x", "ENTRYPOINT exec /run.sh a\nCMD x"),
        ("CMD node a.js $PORT", "CMD exec node a.js $PORT"),
        ('CMD node "a b"', 'CMD exec node "a b"'),
        ("CMD node *.js", "CMD exec node *.js"),
        ('SHELL ["/bin/bash", "-lc"]\nCMD node a.js', 'SHELL ["/bin/bash", "-lc"]\nCMD exec node a.js'),
        (
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD node',
            'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD ["node"]',
        ),
        ("CMD cd /app && node a.js", ""),
        ("CMD export A=1", ""),
        ("CMD A=1 node a.js", ""),
        ("CMD node a.js | tee log", ""),
        ("CMD $START", ""),
        ("CMD node a.js \\\n# why\n  b", ""),
    ],
)
def test_the_shell_goes_only_where_it_does_nothing(text: str, expected: str) -> None:
    assert body("shell-form-start", text) == (expected or text)


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("tls-check-disabled", "RUN pip install --trusted-host a.b x", "RUN pip install x"),
        ("tls-check-disabled", "RUN pip install --trusted-host=a.b x", "RUN pip install x"),
        ("tls-check-disabled", "RUN curl -k https://a.b/c", "RUN curl https://a.b/c"),
        ("tls-check-disabled", "RUN git config --global http.sslVerify false", "RUN git config --global http.sslVerify true"),
        ("tls-check-disabled", "ENV A=1 GIT_SSL_NO_VERIFY=1 B=2", "ENV A=1 B=2"),
        ("tls-check-disabled", "RUN apt-get -o Acquire::https::Verify-Peer=false update", ""),
        ("plain-http-download", "RUN curl -O http://a.example/b.txt", "RUN curl -O https://a.example/b.txt"),
        ("plain-http-download", "RUN curl -O 'http://ä.example/b.txt'", "RUN curl -O 'https://ä.example/b.txt'"),
        ("plain-http-download", "RUN curl -O http://a.example:8080/b.txt", ""),
        ("signature-check-disabled", "RUN yum install \\\n  --nogpgcheck \\\n  x", "RUN yum install \\\n  x"),
        ("signature-check-disabled", "RUN apk add --allow-untrusted x", "RUN apk add x"),
        ("signature-check-disabled", "RUN apk add --allow-untrusted ./x.apk", ""),
        ("signature-check-disabled", "RUN yum --setopt gpgcheck=0 install x", ""),
        ("sudo-in-run", "USER 1000\nRUN sudo a && b", ""),
        ("sudo-in-run", "USER 1000\nRUN sudo -E apt-get update", ""),
        ("sudo-in-run", "RUN a && sudo curl x", "RUN a && curl x"),
        ("world-writable-path", "RUN chmod a+rwX /d", "RUN chmod ug+rwX,o+rX /d"),
        ("world-writable-path", "RUN chmod 0666 /d\nUSER 7:8", "RUN chown 7:8 /d && chmod 0664 /d\nUSER 7:8"),
        ("world-writable-path", "RUN x || chmod 777 /d\nUSER 7:8", "RUN x || chmod 775 /d\nUSER 7:8"),
        ("world-writable-path", "RUN chmod -R 777 $D\nUSER 7:8", "RUN chmod -R 775 $D\nUSER 7:8"),
        ("setuid-bit-set", "RUN chmod 06755 /x", "RUN chmod 00755 /x"),
        ("setuid-bit-set", "RUN chmod ug+s,o-w /x", ""),
        ("run-insecure", "RUN --network=host --mount=type=cache,target=/c x", "RUN --mount=type=cache,target=/c x"),
        ("add-instead-of-copy", "add --chown=1:1 a /b", "copy --chown=1:1 a /b"),
        ("add-instead-of-copy", "ADD --unpack=false a /b", ""),
        ("image-healthcheck-cannot-fail", "HEALTHCHECK CMD a; exit 0", "HEALTHCHECK CMD a || exit 1"),
        ("image-healthcheck-cannot-fail", "HEALTHCHECK CMD true", ""),
        ("image-healthcheck-cannot-fail", "HEALTHCHECK --timeout=3s CMD curl -s x", "HEALTHCHECK --timeout=3s CMD curl --fail -s x"),
        ("build-tools-in-final-image", "RUN npm ci && npm run build", ""),
        (
            "build-tools-in-final-image",
            'RUN npm install\nCMD ["node", "a.js"]',
            'RUN npm install --omit=dev\nCMD ["node", "a.js"]',
        ),
        ("build-tools-in-final-image", "RUN yarn\nCMD node a.js", "RUN yarn --production\nCMD node a.js"),
        ("build-tools-in-final-image", 'RUN npm ci\nCMD ["npm", "start"]', ""),
        ("build-tools-in-final-image", 'RUN npm ci\nENTRYPOINT ["cypress", "run"]', ""),
        ("build-tools-in-final-image", "RUN npm ci", ""),
        ("password-set", "RUN passwd --delete root", "RUN passwd --lock root"),
        ("image-secret-in-run", "RUN python3 <<E\nx(--db-password=vK3nq8Zr0pLw )\nE", ""),
        ("image-secret-in-run", "RUN sh -c 'x --db-password=vK3nq8Zr0pLw'", ""),
        ("user-without-ids", "ARG U=web\nRUN useradd web\nUSER $U", ""),
        ("user-without-ids", "USER web", ""),
        ("user-without-ids", "USER www-data\nWORKDIR /x", "USER 33\nWORKDIR /x"),
    ],
)  # fmt: skip
def test_what_is_written_and_what_is_not(rule: str, text: str, expected: str) -> None:
    assert body(rule, text) == (expected or text)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("python:3.13", "python:3.13-slim"),
        ("node:22.12.0", "node:22.12.0-slim"),
        ("nginx:1.27", "nginx:1.27"),
        ("python:3.13-bookworm", "python:3.13-bookworm"),
        ("golang:1.27", "golang:1.27"),
    ],
)
def test_only_variants_that_are_sure_to_exist_are_taken(base: str, expected: str) -> None:
    assert fixed(f"FROM {base}\n".encode(), "base-not-minimal").text.decode() == f"FROM {expected}\n"


@pytest.mark.parametrize(
    ("base", "probe"),
    [
        ("FROM node:22-alpine", '["nc", "-z", "127.0.0.1", "80"]'),
        ("FROM python:3.13-slim", '["python", "-c", '),
        ("FROM debian:13.1", '["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"]'),
        ("FROM postgres:17", '["pg_isready", "-q"]'),
        ("FROM scratch", ""),
        ("FROM gcr.io/distroless/nodejs22-debian12", ""),
    ],
)
def test_a_health_check_asks_with_what_the_base_brings(base: str, probe: str) -> None:
    text = body("image-healthcheck-missing", "EXPOSE 53/udp 80\nCMD x", base)
    assert (probe in text) if probe else "HEALTHCHECK" not in text


def test_a_secret_of_another_shell_is_left_alone() -> None:
    text = 'SHELL ["pwsh", "-c"]\nARG API_TOKEN\nRUN x $API_TOKEN'
    assert body("image-secret-in-arg", text) == text
