"""The accounts that a recipe makes itself: their names and numbers, and how to give them numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.change import Rewrite
from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Span
from hardhull.rules.recipe_commands import calls

if TYPE_CHECKING:
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.rules.recipe_commands import Call

FREE_ID: Final = 10001
"""Above the numbers that distributions and their tools give by themselves."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SUSPECT: Final = lazy(r"\b(?:useradd|adduser|groupadd|addgroup)\b")
_VALUES: Final = {
    "useradd": _words(
        "-u --uid -g --gid -G --groups -d --home-dir --home -s --shell -c --comment -b --base-dir -e --expiredate"
        " -f --inactive -k --skel -K --key -p --password -R --root -Z --selinux-user"
    ),
    "adduser": _words(
        "-u --uid -g --gid -G --ingroup --home -h -s --shell --gecos -k --firstuid --lastuid --conf --comment -c"
        " --groups -d --home-dir"
    ),
    "groupadd": _words("-g --gid -K --key -p --password -R --root -U --users"),
    "addgroup": _words("-g --gid --conf --firstgid --lastgid"),
}
"""Options that take a value, by program; ``adduser`` is Debian's, busybox's or a link to useradd."""
_VARIABLE: Final = lazy(r"\$(?:(\w+)|\{(\w+)\})")
_UID: Final = frozenset({"-u", "--uid"})
_BUNDLE: Final = lazy(r"-[A-Za-z]+")


class Made(NamedTuple):
    """A user that a RUN makes.

    Attributes:
        name: of the user.
        uid: its number as written; empty where it has none, None where it is not known.
        gid: of its first group; None where it is not known or has none.
        numbering: what gives it numbers where it has none.
        call: where it is made.
    """

    name: str
    uid: str | None
    gid: str | None
    numbering: tuple[Rewrite, ...]
    call: Call

    @property
    def user(self) -> str | None:
        """The value of USER by numbers, once it has some; None where they cannot be known."""
        if self.uid is None:
            return None
        uid, gid = self.uid or str(FREE_ID), self.gid
        return f"{uid}:{gid}" if gid else uid


class _Account(NamedTuple):
    call: Call
    name: str
    options: dict[str, str]
    extra: str


def made(recipe: ImageRecipe, *, busybox: bool) -> list[Made]:
    """The users that the built image's own instructions make.

    Args:
        recipe: whose.
        busybox: whether adduser and addgroup are busybox's.
    """
    stages = list(recipe.final.lineage) if recipe.final else []
    found = [account for call in calls(recipe, (_SUSPECT,), stages) if (account := _account(call))]
    groups = {each.name: each for each in found if each.call.program in {"groupadd", "addgroup"} and not each.extra}
    users = [each for each in found if each.call.program in {"useradd", "adduser"} and not each.extra]
    return [_made(each, groups, busybox=busybox) for each in users]


def _account(call: Call) -> _Account | None:
    values = _VALUES.get(call.program)
    if values is None or not call.args:
        return None
    options: dict[str, str] = {}
    plain: list[str] = []
    at = 1
    while at < len(call.texts):
        text = call.texts[at]
        name, equals, value = text.partition("=")
        taken = text in values or (bool(_BUNDLE.fullmatch(text)) and f"-{text[-1]}" in values)
        if not text.startswith("-"):
            plain.append(text)
        elif equals:
            options[name] = value
        elif taken and at + 1 < len(call.texts):
            at += 1
            options[text if text in values else f"-{text[-1]}"] = call.texts[at]
        else:
            options[text] = ""
        at += 1
    if not plain or "$" in plain[0]:
        return None
    return _Account(call, plain[0], options, plain[1] if len(plain) > 1 else "")


def _made(user: _Account, groups: dict[str, _Account], *, busybox: bool) -> Made:
    uid = _number(user, *_UID)
    group = _first_group(user, busybox=busybox)
    gid: str | None = None
    numbering: list[Rewrite] = []
    if uid == "":
        numbering.append(_numbered(user, "-u" if busybox else "--uid"))
    if group.isdecimal() or _known(group, user.call):
        gid = group
    elif group in groups:
        gid = _number(groups[group], "-g", "--gid")
        if gid == "" and uid == "":
            numbering.append(_numbered(groups[group], "-g" if busybox else "--gid"))
            gid = str(FREE_ID)
    elif not group and user.call.program == "useradd" and not {"-N", "--no-user-group"} & set(user.options):
        gid = (uid or str(FREE_ID)) if uid is not None else None
    return Made(user.name, uid, gid or None, tuple(numbering), user.call)


def _first_group(user: _Account, *, busybox: bool) -> str:
    """The name or number of the first group, as written; empty where it is the default."""
    names = ("-G",) if busybox else ("--ingroup", "--gid")
    if user.call.program == "useradd":
        names = ("-g", "--gid")
    return next((user.options[name] for name in names if name in user.options), "")


def _number(account: _Account, *names: str) -> str | None:
    """A number as written; empty where there is none, None where it is a variable."""
    text = next((account.options[name] for name in names if name in account.options), "")
    return text if not text or text.isdecimal() or _known(text, account.call) else None


def _known(text: str, call: Call) -> bool:
    """Whether a text is a variable of the stage that is built, which holds a number at its end too."""
    found = _VARIABLE.fullmatch(text)
    if found is None or not call.stage.is_final:
        return False
    name = found[1] or found[2]
    last = call.stage.instructions[-1].env.get(name)
    value = call.run.env[name].value if name in call.run.env else None
    return last is not None and value is not None and value.isdecimal() and last.value == value


def _numbered(account: _Account, option: str) -> Rewrite:
    """Puts the number behind the program's name."""
    place = account.call.place(0)
    end = place.span.end
    return Rewrite(Place(place.source, Span(end, end)), f" {option} {FREE_ID}")
