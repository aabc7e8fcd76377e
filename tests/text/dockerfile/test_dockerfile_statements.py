"""How each instruction splits its arguments."""

from __future__ import annotations

import pytest

from hardhull.model.source import Source
from hardhull.text.dockerfile import Statement, read


def only(line: str) -> Statement:
    return read(Source("Dockerfile", f"{line}\n".encode())).statements[0]


def cut(statement: Statement, span: tuple[int, int]) -> str:
    return statement.source.data[slice(*span)].decode()


@pytest.mark.parametrize(
    ("line", "words", "exec_form"),
    [
        ('CMD ["a", "b c"]', ("a", "b c"), True),
        ('CMD [ "a\\u00e9\\n", "\\"" ]', ("aé\n", '"'), True),
        ("CMD []", (), True),
        ("CMD ['a']", ("['a']",), False),
        ('CMD ["a",]', ('["a",]',), False),
        ('CMD ["a"] # no JSON any more', ('["a"] # no JSON any more',), False),
        ('COPY ["a b", "c"]', ("a b", "c"), True),
        ("COPY a   b c/", ("a", "b", "c/"), False),
        ("VOLUME /a /b", ("/a", "/b"), False),
        ("EXPOSE 80 443/tcp", ("80", "443/tcp"), False),
        ("USER  app:app ", ("app:app",), False),
        ("WORKDIR /a b", ("/a b",), False),
        ("HEALTHCHECK NONE", ("NONE",), False),
        ("HEALTHCHECK --interval=5s CMD curl -f x || exit 1", ("CMD", "curl -f x || exit 1"), False),
        ('HEALTHCHECK CMD ["curl", "x"]', ("CMD", "curl", "x"), True),
        ('shell ["bash", "-c"]', ("bash", "-c"), True),
        ("UNKNOWN a b", (), False),
        ("FROM", (), False),
    ],
)
def test_words(line: str, words: tuple[str, ...], exec_form: bool) -> None:
    statement = only(line)
    assert tuple(word.text for word in statement.words) == words
    assert statement.exec_form is exec_form


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ('ENV A=1 B="x y" C=a\\ b', [("A", "1"), ("B", '"x y"'), ("C", "a\\ b")]),
        ("ENV A value with spaces", [("A", "value with spaces")]),
        ('LABEL "com.example.a b"=c d=\'e "f\'', [('"com.example.a b"', "c"), ("d", "'e \"f'")]),
        ("LABEL a=", [("a", "")]),
        ("ARG A", [("A", None)]),
        ("ARG A=1 B C='x y'", [("A", "1"), ("B", None), ("C", "'x y'")]),
    ],
)
def test_pairs_are_cut_from_the_file(line: str, pairs: list[tuple[str, str | None]]) -> None:
    statement = only(line)
    assert [(pair.key.text, pair.value.text if pair.value else None) for pair in statement.pairs] == pairs
    for pair in statement.pairs:
        assert cut(statement, pair.key.span) == pair.key.text
        if pair.value:
            assert cut(statement, pair.value.span) == pair.value.text


def test_the_old_form_of_env_is_marked() -> None:
    assert only("ENV A b").pairs[0].legacy
    assert not only("ENV A=b").pairs[0].legacy


@pytest.mark.parametrize(("written", "text"), [("b\\\\\\", "b\\\\"), ("'b\\\\", "'b\\\\"), ('"b\\\\\\', '"b\\\\')])
def test_an_escape_character_with_nothing_to_escape_is_dropped(written: str, text: str) -> None:
    (pair,) = only(f"ARG A={written}").pairs
    assert pair.value is not None
    assert pair.value.text == text
    assert cut(only(f"ARG A={written}"), pair.value.span) == written


@pytest.mark.parametrize(
    ("line", "flags", "rest"),
    [
        ("COPY --from=b --chown=1:1 --link a c", [("from", "b"), ("chown", "1:1"), ("link", None)], "a c"),
        (
            'RUN --mount="type=secret,id=a b" --network=none x',
            [("mount", "type=secret,id=a b"), ("network", "none")],
            "x",
        ),
        ("RUN --mount=type=cache\\ x -- --y", [("mount", "type=cache x")], "--y"),
        ("RUN a --not=aflag", [], "a --not=aflag"),
    ],
)
def test_flags_stand_before_the_arguments(line: str, flags: list[tuple[str, str | None]], rest: str) -> None:
    statement = only(line)
    assert [(flag.name, flag.value) for flag in statement.flags] == flags
    assert cut(statement, statement.range(*statement.args)) == rest


def test_a_flag_across_lines_keeps_its_bytes() -> None:
    statement = only("RUN --mount=type=cache,\\\ntarget=/x y")
    (flag,) = statement.flags
    assert flag.value == "type=cache,target=/x"
    assert cut(statement, flag.value_span) == "type=cache,\\\ntarget=/x"


def test_onbuild_carries_one_instruction() -> None:
    statement = only('ONBUILD COPY --chown=a ["b", "c"]')
    inner = statement.inner
    assert inner is not None
    assert (inner.keyword, inner.exec_form, [word.text for word in inner.words]) == ("COPY", True, ["b", "c"])
    assert cut(statement, inner.span) == 'COPY --chown=a ["b", "c"]'
    assert only("ONBUILD ONBUILD RUN a").inner is not None


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("RUN apk add a", "apk add a"),
        ("HEALTHCHECK --timeout=1s CMD true || false", "true || false"),
        ('ENTRYPOINT ["a"]', None),
        ("USER a", None),
    ],
)
def test_the_shell_command_is_a_fragment(line: str, command: str | None) -> None:
    fragment = only(line).command
    assert (fragment.text if fragment else None) == command
    if fragment:
        assert cut(only(line), fragment.span(0, len(fragment.text))) == command
