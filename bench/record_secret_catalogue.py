"""Makes the catalogue of secrets that `hardhull scan --secrets` looks for from the rules of Gitleaks.

    go mod download -json github.com/zricethezav/gitleaks/v8@v8.30.1     # says where it is
    python bench/record_secret_catalogue.py FOLDER

FOLDER is that module (MIT). What is taken: the pattern of each rule, the least entropy of its secret, and what is no
secret. What is left out: rules that only look at names of files, lists of paths that are never read, and rules for which
hardhull has patterns or readers of its own. Patterns are rewritten so that Hyperscan and Python read them alike.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "src/hardhull/leaks/data"
OWN = {
    "generic-api-key",
    "kubernetes-secret-yaml",
    "hashicorp-tf-password",
    "private-key",
    "jwt",
    "jwt-base64",
    "curl-auth-header",
    "curl-auth-user",
    "telegram-bot-api-token",
    "aws-access-token",
    "sourcegraph-access-token",
}
"""Rules for which hardhull has readers of its own, or that match more than they mean."""
END = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
ESCAPED_END = r"""(?:\\?['"\x60]|[\s;]|\\[nr]|$)"""
"""The same, and a quote that is escaped: a value in JSON in a string."""
ANYTHING = r"[\w.-]{0,50}?"
"""Stands before names: it changes nothing of what is found, and costs much."""
ANY_END = r"(?:[^A-Za-z0-9_-]|$)"
"""A token that shows by its beginning what it is ends wherever its alphabet ends: also before a comma or a bracket."""
ASSIGNED = r"(?:=|>|:{1,3}=|"
PUBLIC = ("-client-id", "-public-key", "-access-id", "-app-id")
"""Halves of a pair that are no secret: shown beside their secret, never alone."""
SOUGHT = {
    "facebook-access-token": r"(?i:\b\d{15,16}[|%][0-9a-z\-_]{27})",
    "sidekiq-sensitive-url": r"(?i:\bhttps?://[a-f0-9]{8}:[a-f0-9]{8}@(?:gems|enterprise).contribsys.com)",
}
"""What Hyperscan looks for in place of the pattern.

Where there are no letters that it could look for first, a number of repetitions that varies costs half of the speed of
all patterns together: 1,130 MB per CPU second, 2,260 without it. And small files are searched together, a line's end
between two of them: what holds at the end of a file has to hold in front of that.
"""
PLAIN = {
    "access", "account", "admin", "app", "application", "auth", "authentication", "bot", "client", "connection",
    "credential", "credentials", "deploy", "developer", "encryption", "full", "host", "id", "integration", "key",
    "license", "live", "management", "master", "name", "organization", "org", "page", "password", "personal",
    "private", "production", "programmatic", "project", "public", "reference", "refresh", "registration", "root",
    "runner", "sandbox", "secret", "server", "service", "session", "string", "test", "token", "uri", "url", "user",
    "webhook",
}  # fmt: skip
CASED = {"api": "API", "oauth": "OAuth", "pat": "PAT", "url": "URL", "uri": "URI", "id": "ID", "jwt": "JWT"}


def scoped(pattern: str) -> str:
    """The pattern with flags as Python has them: ``a(?i)b|c`` holds to the end of its group, so ``(?:a(?i:b)|...)``."""
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", "$")
    body, rest = _branches(pattern, 0, "")
    assert rest == len(pattern), pattern
    return body


def _branches(text: str, at: int, flag: str) -> tuple[str, int]:
    out, branch = [], ""
    own = flag
    opened = False
    while at < len(text) and text[at] != ")":
        if text[at] == "\\":
            branch += text[at : at + 2]
            at += 2
        elif text[at] == "[":
            end = at + 1 + (text[at + 1] == "^")
            end += text[end] == "]"
            while text[end] != "]":
                end += 2 if text[end] == "\\" else 1
            branch += text[at : end + 1]
            at = end + 1
        elif text[at] == "|":
            out.append(branch + (")" if opened else ""))
            branch, opened = (f"(?{own}:", True) if own else ("", False)
            at += 1
        elif found := re.match(r"\(\?([a-z]+)\)", text[at:]):
            own = found[1]
            branch += (")" if opened else "") + f"(?{own}:"
            opened = True
            at += found.end()
        elif text[at] == "(":
            head = re.match(r"\((?:\?(?:[a-z-]*:|P<\w+>))?", text[at:])
            assert head, text
            inner, at = _branches(text, at + head.end(), "")
            branch += head[0] + inner + ")"
            at += 1
        else:
            branch += text[at]
            at += 1
    out.append(branch + (")" if opened else ""))
    return "|".join(out), at


def width(pattern: str) -> int:
    """The most bytes that a match can have; 0 where there is no bound."""
    most = re._parser.parse(pattern).getwidth()[1]  # type: ignore[attr-defined]  # noqa: SLF001
    return int(most) if most < 16000 else 0


def title(rule: dict[str, Any]) -> str:
    words = []
    for word in re.sub(r"\.\d+$", "", rule["id"]).split("-"):
        found = re.search(rf"\b{re.escape(word)}\b", rule["description"], re.IGNORECASE)
        words.append(CASED.get(word, word if word in PLAIN else found[0] if found else word.capitalize()))
    return " ".join(words)


def filters(rule: dict[str, Any]) -> dict[str, Any]:
    """The least entropy, and what is no secret: patterns over the secret itself, which is what they are about by default."""
    found: dict[str, Any] = {"entropy": float(rule["entropy"])} if rule.get("entropy") else {}
    of_secret = [each for each in rule.get("allowlists", ()) if "regexTarget" not in each and "paths" not in each]
    never = [scoped(pattern) for each in of_secret for pattern in each.get("regexes", ())]
    return {**found, **({"never": never} if never else {})}


def prefixes(rule: dict[str, Any]) -> list[str]:
    """What a secret begins with, where that is always the same letters: looked for in base64 as well."""
    pattern = rule["regex"]
    found = []
    for keyword in rule["keywords"]:
        if len(keyword) >= 4 and "(?i" not in pattern.partition(keyword)[0]:
            at = pattern.lower().find(keyword)
            if at >= 0 and ASSIGNED not in pattern[:at]:
                found.append(pattern[at : at + len(keyword)])
    return found if ASSIGNED not in pattern else []


def made(rule: dict[str, Any]) -> dict[str, Any]:
    pattern = rule["regex"].replace(ANYTHING, "", 1)
    context = ASSIGNED in pattern
    if not context and pattern.endswith(END):
        pattern = pattern.removesuffix(END) + ANY_END
    pattern = pattern.replace(END, ESCAPED_END)
    pattern = scoped(pattern)
    re.compile(pattern.encode())
    out: dict[str, Any] = {
        "id": re.sub(r"\.\d+$", "", rule["id"]),
        "title": title(rule),
        "pattern": pattern,
        "width": width(pattern),
    }
    if context:
        out["context"] = True
    if rule.get("secretGroup"):
        out["group"] = rule["secretGroup"]
    if rule["id"].endswith(PUBLIC):
        out["part"] = True
    if out["id"] in SOUGHT:
        out["sought"] = SOUGHT[out["id"]]
    begins = prefixes(rule)
    if begins:
        out["begins"] = begins
    return {**out, **filters(rule)}


def main() -> None:
    folder = Path(sys.argv[1])
    text = (folder / "config/gitleaks.toml").read_bytes()
    rules = [one for one in tomllib.loads(text.decode())["rules"] if "regex" in one and one["id"] not in OWN]
    lines = ",\n".join(json.dumps(made(one), sort_keys=True) for one in rules)
    DATA.joinpath("catalogue.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    origin = {
        "module": "github.com/zricethezav/gitleaks/v8", "version": folder.name.partition("@")[2],
        "file": "config/gitleaks.toml", "sha256": hashlib.sha256(text).hexdigest(), "licence": "MIT",
        "rules": len(rules), "made_by": "bench/record_secret_catalogue.py",
    }  # fmt: skip
    DATA.joinpath("provenance.json").write_text(json.dumps(origin, indent=1) + "\n", "utf-8")
    licence = (folder / "LICENSE").read_text("utf-8")
    head = "catalogue.json is made from the rules of Gitleaks (https://github.com/gitleaks/gitleaks):\n\n"
    DATA.joinpath("NOTICE").write_text(head + licence, "utf-8")
    print(len(rules), "rules")


if __name__ == "__main__":
    main()
