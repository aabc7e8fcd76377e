"""The records and instructions that an ImageRecipe is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hardhull.model.field import Field
from hardhull.model.source import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.facts.fact import Items
    from hardhull.facts.parts import EnvVar
    from hardhull.facts.recipe import Stage
    from hardhull.facts.reference import Reference
    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source, Span

T = TypeVar("T")

SHELLS = frozenset({"", "sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"})
"""Interpreters of a here-document whose text is a shell script; empty is the stage's own shell."""


class Variable(NamedTuple):
    """A variable as an instruction sees it.

    Attributes:
        value: its value; None where it cannot be known.
        why: the reason then, as a sentence part.
        defined: the ARG or ENV that sets it; its field's name is ``arg`` or ``env``.
        unset: an ARG without a default: unless somebody gives a build argument, ``${X:-d}`` is ``d``.
    """

    value: str | None
    why: str
    defined: Field[EnvVar]
    unset: bool = False


class Base(NamedTuple):
    """What a stage begins with.

    Attributes:
        text: the name after FROM with its variables replaced.
        reference: the image; None for ``scratch`` and for another stage.
        stage: the stage it goes on from; None for an image and for ``scratch``.
        variables: the ARGs in the name, in order.
    """

    text: str
    reference: Reference | None = None
    stage: Stage | None = None
    variables: tuple[str, ...] = ()

    @property
    def scratch(self) -> bool:
        """Whether it begins with nothing at all."""
        return self.reference is None and self.stage is None


class CopyFrom(NamedTuple):
    """Where ``COPY --from`` or a mount's ``from=`` takes files: a stage, or an image (or a named build context).

    Attributes:
        text: as written.
        stage: the stage of this file, by name or number.
        reference: the image; None for a stage, and where the text is no valid reference.
    """

    text: str
    stage: Stage | None = None
    reference: Reference | None = None


class Command(NamedTuple):
    """CMD or ENTRYPOINT.

    Attributes:
        words: the words of the exec form; of the shell form the one string that the shell is given.
        shell: whether it is the shell form, so that a shell is the first process.
        text: the shell form's text for a second reader.
    """

    words: tuple[str, ...]
    shell: bool = False
    text: Fragment | None = None


class Script(NamedTuple):
    """A here-document.

    Attributes:
        name: its delimiter; in COPY and ADD also the name of the file.
        text: the body, without the leading tabs of ``<<-``.
        interpreter: the program that reads it (``python3``, ``cat``): from the ``#!`` line or the command in front;
            empty where the stage's own shell runs it, ``?`` where that could not be told.
        expand: whether variables in it are replaced before anybody reads it.
    """

    name: str
    text: Fragment
    interpreter: str = ""
    expand: bool = True

    @property
    def is_shell(self) -> bool:
        """Whether the body is a shell script."""
        return self.interpreter in SHELLS


class BuildMount(NamedTuple):
    """One ``RUN --mount``. Values hold their variables replaced; None stands for what is not written.

    Attributes:
        kind: ``bind``, ``cache``, ``tmpfs``, ``secret`` or ``ssh``.
        target: where it appears; for a secret also None when it is only an environment variable.
        source: path in what it is taken from.
        origin: ``from=``: the stage, image or context.
        id: of a cache, secret or ssh mount.
        env: environment variable that holds the secret.
        required: whether the build fails without the secret or agent.
        read_only: as BuildKit defaults it for the kind.
        sharing: of a cache: ``shared``, ``private`` or ``locked``.
        mode: as written, an octal number.
        uid: owner; likewise ``gid``.
    """

    kind: str = "bind"
    target: str | None = None
    source: str | None = None
    origin: CopyFrom | None = None
    id: str | None = None
    env: str | None = None
    required: bool = False
    read_only: bool = True
    sharing: str | None = None
    mode: str | None = None
    uid: str | None = None
    gid: str | None = None


class Instruction:
    """One instruction of a stage, with what holds at that point.

    Attributes:
        keyword: in upper case (``RUN``).
        source: the file.
        span: the whole instruction, here-documents included.
        keyword_span: the keyword alone.
        line: where it starts, from 1.
        arguments: its words, variables replaced where Docker does so; empty for RUN, COPY, ADD, ARG, ENV and LABEL.
        exec_form: whether they were written as a JSON array.
        onbuild: whether it stands behind ONBUILD, so that only builds on top of this image run it.
        triggered: whether it is another stage's ONBUILD, run here.
        user: who runs it (or would).
        workdir: the directory it runs in; None for the base image's own.
        env: the variables that are set here, ARG and ENV of this file, by name.
        shell: what SHELL set; None for the default.
    """

    __slots__ = (
        "arguments", "env", "exec_form", "keyword", "keyword_span", "line", "onbuild", "shell", "source", "span",
        "triggered", "user", "workdir",
    )  # fmt: skip

    user: Field[str]
    workdir: Field[str | None]
    env: Mapping[str, Variable]
    shell: tuple[str, ...] | None
    arguments: Items[str]

    def __init__(self, keyword: str, source: Source, span: Span, keyword_span: Span, line: int) -> None:
        self.keyword = keyword
        self.source = source
        self.span = span
        self.keyword_span = keyword_span
        self.line = line
        self.arguments = ()
        self.exec_form = False
        self.onbuild = False
        self.triggered = False

    @property
    def place(self) -> Place:
        """The whole instruction."""
        return Place(self.source, self.span)

    @property
    def head(self) -> Place:
        """The keyword: where a finding about all of it points."""
        return Place(self.source, self.keyword_span)

    def field(self, name: str, value: T) -> Field[T]:
        """A field at the keyword, for a finding about the instruction as a whole."""
        return Field(name, value, self.head)

    def __repr__(self) -> str:
        return f"<{self.keyword} at line {self.line}>"


class Define(Instruction):
    """ARG or ENV.

    Attributes:
        variables: what it defines; the value of ``ARG X`` is None. ``raw`` keeps quotes and variables as written.
    """

    __slots__ = ("variables",)

    variables: Items[EnvVar]


class Run(Instruction):
    """RUN.

    Attributes:
        command: the shell command; None in exec form.
        words: the words of the exec form.
        scripts: here-documents; of ``RUN <<EOF`` alone, the only one is the whole script.
        mounts: what is mounted while it runs.
        network: ``--network``: ``default``, ``none`` or ``host``.
        security: ``--security``: ``sandbox`` or ``insecure``.
    """

    __slots__ = ("command", "mounts", "network", "scripts", "security", "words")

    command: Fragment | None
    words: tuple[str, ...]
    scripts: tuple[Script, ...]
    mounts: Items[BuildMount]
    network: Field[str | None]
    security: Field[str | None]


class Copy(Instruction):
    """COPY or ADD.

    Attributes:
        sources: paths (for ADD also URLs and git repositories).
        target: where they go; relative to ``workdir``.
        files: here-documents that become files.
        origin: ``--from``; None for the build context.
        chown: ``--chown``; likewise ``chmod`` and ``checksum``.
        link: whether ``--link`` is set.
        excludes: patterns of ``--exclude``.
    """

    __slots__ = ("checksum", "chmod", "chown", "excludes", "files", "link", "origin", "sources", "target")

    sources: Items[str]
    target: Field[str]
    files: tuple[Script, ...]
    origin: Field[CopyFrom | None]
    chown: Field[str | None]
    chmod: Field[str | None]
    checksum: Field[str | None]
    link: bool
    excludes: tuple[str, ...]

    @property
    def adds(self) -> bool:
        """Whether it is ADD, which unpacks archives and fetches URLs."""
        return self.keyword == "ADD"

    @property
    def whole_context(self) -> Field[str] | None:
        """The source that is all of the build context (``.``, ``/``, ``*``); None where there is none."""
        if self.origin.written:
            return None
        return next((field for field in self.sources if field.get("-").strip("/") in _WHOLE), None)


_WHOLE = frozenset(("", ".", "*", "./*", "./."))
