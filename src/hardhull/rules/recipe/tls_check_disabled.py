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

from typing import TYPE_CHECKING

from hardhull.facts.recipe_changes import NoVariable, NoWord
from hardhull.model.finding import Finding, SourceSpan
from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Span
from hardhull.rules.fix import NEEDS_PROOF, Instruct, Rewrite, advise, change
from hardhull.rules.programs import tls_off, tls_variable
from hardhull.rules.recipe_commands import calls
from hardhull.rules.rule import HIGH, MEDIUM, SOURCE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe, Stage
    from hardhull.model.change import Change, Fix
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call
    from hardhull.text.shell.values import Arg

SUSPECT = (
    "insecure", "INSECURE", "trusted-host", "TRUSTED_HOST", "strict-ssl", "STRICT_SSL", "sslverify", "sslVerify",
    "Verify-", "tls-verify", "no-check-cert", "SSL_NO_VERIFY", "TLS_REJECT", "HTTPSVERIFY", "plain-http",
    lazy(r"curl\b[^;&|]{0,300}?\s-[a-zA-Z#]{0,12}k"),
)  # fmt: skip
"""A quick look whether a RUN is worth reading."""

CERTIFICATE = "build once; where a server is refused, install ca-certificates or the certificate of your own authority"
BUNDLE = lazy(r"-[A-Za-z#]*k[A-Za-z#]*")
ALONE = frozenset({"--insecure", "--proxy-insecure", "--no-check-certificate", "--no-strict-ssl", "--plain-http"})


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
                fix=_checked(call, weak.at),
            )
        for name, value in call.env:
            what = tls_variable(name, value.text)
            if what:
                evidence = (SourceSpan(value.place, "switches the check off"),)
                yield Finding(
                    f"{call.where} does not check {what}", evidence, "run", name, fixes=(_unset(name, value),)
                )


def _checked(call: Call, at: int) -> Fix:
    """The command without the option; ``true`` where it sets one to ``false``."""
    text = call.texts[at]
    following = call.texts[at + 1] if at + 1 < len(call.texts) else ""
    if text in {"strict-ssl", "--strict-ssl", "enableStrictSsl", "http.sslVerify", "http.sslverify"}:
        changes: tuple[Change, ...] = (Rewrite(call.place(at + 1), "true"),) if call.literal(at + 1) else ()
    elif not call.literal(at):
        changes = ()
    elif text.partition("=")[0] in {"strict-ssl", "--strict-ssl"}:
        changes = (Rewrite(call.place(at), text.partition("=")[0] + "=true"),)
    elif BUNDLE.fullmatch(text):
        rest = text.replace("k", "", 1)
        changes = (Rewrite(call.place(at), rest) if rest != "-" else Instruct(NoWord(call.place(at))),)
    elif text == "--trusted-host" and call.literal(at + 1):
        changes = (Instruct(NoWord(call.place(at))), Instruct(NoWord(call.place(at + 1))))
    elif text in ALONE or text.startswith("--trusted-host="):
        changes = (Instruct(NoWord(call.place(at))),)
    else:
        changes = ()
    if not changes:
        return advise("leave the option out", CERTIFICATE)
    title = f"let {call.program} check certificates" + (f" ({text} true)" if following == "false" else "")
    return change(title, *changes, risk=NEEDS_PROOF, mitigation=CERTIFICATE)


def _unset(name: str, value: Arg) -> Fix:
    """The command without the assignment in front of it."""
    place = value.place
    start = place.span.start - len(name) - 1
    whole = Place(place.source, Span(start, place.span.end))
    if whole.text.partition("=")[0] != name:
        return advise(f"leave {name} out", CERTIFICATE)
    end = place.span.end
    data = place.source.data
    while data[end : end + 1] in {b" ", b"\t"}:
        end += 1
    gone = Rewrite(Place(place.source, Span(start, end)), "")
    return change(f"leave {name} out", gone, risk=NEEDS_PROOF, mitigation=CERTIFICATE)


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
                    fix=change(
                        f"leave {variable.name} out",
                        Instruct(NoVariable(item.place)),
                        risk=NEEDS_PROOF,
                        mitigation=CERTIFICATE,
                    ),
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
RUN curl -fsSL https://example.com/tool -o /tool
RUN npm config set strict-ssl true && \\
    wget https://example.com/a.txt
RUN git clone https://git.example.com/x.git
""",
    ),
]
