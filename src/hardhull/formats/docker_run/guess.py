"""What an unexpanded variable in option position most likely stands for: options, or the image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.formats.docker_run.options import Table
    from hardhull.text.shell.values import Arg

OPTIONS, IMAGE = "options", "image"

_NAME = re.compile(r"\$[({]?!?(\w+|[@*])")
_OPTION_NAME = re.compile(
    r"(?:^|_)(?:\w*OPTS?|\w*OPTIONS?|\w*ARGS?|ARGUMENTS?|\w*FLAGS?|PARAMS?|PARAMETERS?|EXTRA\w*|DOCKER_RUN\w*"
    r"|VOLUMES?|VOLS?|MOUNTS?|BINDS?|PORTS?|ENVS?|ENVIRONMENT|ENV_\w+|CAPS?|NETWORK|NET|DEVICES?|LABELS?|LINKS?|TTY"
    r"|GPUS?"
    r"|INTERACTIVE|IT|DETACH|SETTINGS?|CONFIG\w*|LIMITS?|RM|USER\w*|\w*_?MOUNT|\w*_FILES?)$|^[@*]$|^\w+_(?:OPT|ARG)\w*$",
    re.IGNORECASE,
)
_IMAGE_NAME = re.compile(
    r"IMAGE|(?:^|_)IMG|(?:^|_)TAG$|^TAG|REPO|REGISTRY|(?:^|_)CONTAINER$|DISTRO|^(?:IM|I)$|_IMAGE_|BASE$|^TARGET",
    re.IGNORECASE,
)
_PRINTS_OPTIONS = re.compile(r"opt|arg|flag|env|param|(?:echo|printf)[^|;]* [\"']?-|\btty\b|-t [01]", re.IGNORECASE)
"""What a command in ``$(...)`` looks like that prints options; another one is taken to print an image."""

_PROGRAM = re.compile(
    r"(?:/\S*|(?:ba|z|da|a|k)?sh|python[0-9.]*|node|npm|yarn|make|java|ruby|perl|php|go|cat|ls|echo|env|id|sleep|tail|true"
    r"|apk|apt|apt-get|yum|dnf|curl|wget|bundle|pip|cp|mkdir|rm|test|printf|date|whoami|hostname|top|ping|uname|-\w*)"
)


def named_options(arg: Arg) -> bool:
    """Whether a variable's name says that it holds options."""
    found = _NAME.match(arg.text)
    return found is not None and _OPTION_NAME.search(found[1]) is not None


def stands_for(args: Sequence[Arg], at: int, table: Table) -> str:
    """Whether the word at ``at``, whose beginning is unknown, is taken for options or for the image.

    An unquoted variable or ``"${A[@]}"`` can be several words or none. Its name decides where it says something;
    else the words after it: an image has to come, and behind an image no option of the engine.
    """
    arg = args[at]
    following = args[at + 1 :]
    if len(arg.pieces) > 1 and not arg.text.startswith("-"):
        return IMAGE  # $REGISTRY/name, $IMAGE:$TAG
    found = _NAME.match(arg.text)
    name = found[1] if found else ""
    if arg.text.startswith(("$(", "`")) and following and not following[0].text.startswith("-"):
        return OPTIONS if _PRINTS_OPTIONS.search(arg.text) else IMAGE
    if not following:
        return OPTIONS if arg.many and _OPTION_NAME.search(name) and not _IMAGE_NAME.search(name) else IMAGE
    if _IMAGE_NAME.search(name) and not _OPTION_NAME.search(name):
        return IMAGE
    if not arg.many and not _OPTION_NAME.search(name):
        return IMAGE
    if _OPTION_NAME.search(name):
        return OPTIONS
    return _by_what_follows(following, table)


def _by_what_follows(following: Sequence[Arg], table: Table) -> str:
    first = following[0].text
    if first.startswith("--") and len(first) > 2:
        name = first[2:].partition("=")[0]
        return OPTIONS if name in table.values or name in table.flags else IMAGE
    if first.startswith("-") and len(first) > 1:
        later = any(not arg.text.startswith("-") for arg in following[1:])
        return OPTIONS if later and all(letter in table.short for letter in first[1:2]) else IMAGE
    if following[0].known and _PROGRAM.fullmatch(first):
        return IMAGE
    return OPTIONS
