"""Certificates are not checked during the build.

What it checks: options and variables that switch the check of certificates off: `curl -k`, `wget
--no-check-certificate`, `pip --trusted-host`, `strict-ssl false`, `GIT_SSL_NO_VERIFY`, `NODE_TLS_REJECT_UNAUTHORIZED=0`
and their like, in RUN and in ENV. ENV is worse: it holds in every container of the image.

Why it matters: TLS without that check keeps nobody out: whoever sits on the way answers in the server's place, and what
is installed comes from there.

How to fix: install `ca-certificates`, or the certificate of your own authority (`COPY ca.crt
/usr/local/share/ca-certificates/` and `update-ca-certificates`), and leave the option out.

When it is fine: downloads whose checksum is checked in the same step.

References: https://docs.docker.com/engine/network/ca-certs/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Finding, SourceSpan
from hardhull.rules.programs import tls_off, tls_variable
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import HIGH, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.rules.policy import Policy

SUSPECT = (
    "insecure", "INSECURE", "trusted-host", "TRUSTED_HOST", "strict-ssl", "STRICT_SSL", "sslverify", "sslVerify",
    "Verify-", "tls-verify", "no-check-cert", "SSL_NO_VERIFY", "TLS_REJECT", "HTTPSVERIFY", "plain-http",
    re.compile(r"curl\b[^;&|]{0,300}?\s-[a-zA-Z#]{0,12}k"),
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""


@rule(
    "HH-SRC-033",
    "tls-check-disabled",
    dimension=SOURCE,
    severity=HIGH,
    also=[
        "checkov:CKV2_DOCKER_2",
        "checkov:CKV2_DOCKER_3",
        "checkov:CKV2_DOCKER_4",
        "checkov:CKV2_DOCKER_5",
        "checkov:CKV2_DOCKER_6",
        "checkov:CKV2_DOCKER_12",
        "checkov:CKV2_DOCKER_13",
        "checkov:CKV2_DOCKER_14",
        "checkov:CKV2_DOCKER_16",
    ],
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the option or the variable."""
    for stage in recipe.stages:
        yield from _defined(stage)
    for call in calls(recipe, SUSPECT):
        weak = tls_off(call.texts)
        if weak is not None:
            yield call.finding(
                f"{call.where} does not check {weak.what}",
                at=weak.at,
                label="anybody on the way can answer",
                value=f"{call.program} {call.texts[weak.at].partition('=')[0]}",
                severity=MEDIUM if call.program in {"pip", "pip3"} else None,
            )
        for name, value in call.env:
            what = tls_variable(name, value.text)
            if what:
                evidence = (SourceSpan(value.place, "switches the check off"),)
                yield Finding(f"{call.where} does not check {what}", evidence, "run", name)


def _defined(stage: Stage) -> Iterator[Finding]:
    """ENV and ARG."""
    for each in stage.definitions:
        for item in each.variables:
            variable = item.value
            what = tls_variable(variable.name, variable.value or "")
            if what:
                yield item.finding(
                    f"{stage.subject} does not check {what}" + (", nor do its containers" if stage.is_final else ""),
                    label="switches the check off",
                    value=variable.name,
                )


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM node:22.12.0
ENV NODE_TLS_REJECT_UNAUTHORIZED=0  #! HH-SRC-033
RUN curl -fsSkL https://example.com/tool -o /tool  #! HH-SRC-033
RUN npm config set strict-ssl false && \\  #! HH-SRC-033
    wget --no-check-certificate https://example.com/a.txt  #! HH-SRC-033
RUN GIT_SSL_NO_VERIFY=1 git clone https://git.example.com/x.git  #! HH-SRC-033
""",
        good="""
FROM node:22.12.0
COPY ca.crt /usr/local/share/ca-certificates/ca.crt
RUN update-ca-certificates
RUN curl -fsSL https://example.com/tool -o /tool
RUN npm config set strict-ssl true && \\
    wget https://example.com/a.txt
RUN git clone https://git.example.com/x.git
""",
    ),
]
