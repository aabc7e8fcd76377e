"""``hardhull scan --secrets``: what it finds, what it says about it, and that no value leaves the files."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from planted import DECOYS, Maker, Planted, kinds

from hardhull.cli.formats import JUDGEMENTS
from hardhull.cli.main import main
from made_images import WHITEOUT, config, layer, saved

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(tree: Path, path: str, data: bytes | str) -> None:
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data if isinstance(data, bytes) else data.encode())


def scanned(*words: str, captured: Captured) -> tuple[int, dict[str, Any]]:
    code = main(["scan", "--secrets", "--format", "json", *words])
    return code, json.loads(captured.readouterr().out)


def planted(tree: Path) -> list[Planted]:
    files = kinds()
    for one in files:
        write(tree, one.path, one.data)
    return files


def test_every_planted_file_is_named_and_every_decoy_is_not(tree: Path, capsys: Captured) -> None:
    files = planted(tree)
    named = {one.path for one in files}
    for path, text in DECOYS.items():
        if path not in named:
            write(tree, path, text)
    code, result = scanned(captured=capsys)
    assert code == 1
    assert {at["path"] for one in result["findings"] for at in one["locations"]} == named
    assert all(one["rule"].startswith("HH-SEC-") for one in result["findings"])


@pytest.mark.parametrize("form", JUDGEMENTS)
def test_no_value_is_in_any_output_nor_in_the_cache(
    form: str, tree: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    files = planted(tree)
    facts = ["--facts", "also"] if form == "json" else []
    main(["scan", "--secrets", "--all", "--format", form, *facts])
    captured = capsys.readouterr()
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    for one in files:
        assert one.secret not in captured.out + captured.err, one.what
        assert one.secret.encode() not in kept


def test_ids_do_not_depend_on_values_and_stay_when_lines_move(tree: Path, capsys: Captured) -> None:
    ids = set()
    for seed in (1, 2):
        write(tree, "a.env", "\n" * seed + f"TOKEN={Maker(seed).crc('ghp')}\n")
        _, result = scanned(captured=capsys)
        ids |= {one["id"] for one in result["findings"]}
    assert len(ids) == 1


def test_a_search_that_finds_nothing_is_a_pass(tree: Path, capsys: Captured) -> None:
    write(tree, "README.md", "nothing here\n")
    assert scanned(captured=capsys)[0] == 0
    assert main(["scan", "--format", "json"]) == 3


def test_places_and_halves_are_those_of_the_file(tree: Path, capsys: Captured) -> None:
    pair = next(one for one in kinds() if one.what == "AWS pair")
    write(tree, "credentials", pair.data)
    _, result = scanned(captured=capsys)
    [found] = result["findings"]
    assert [at["line"] for at in found["locations"]] == [2, 3]
    assert found["locations"][0]["column"] == len("aws_access_key_id = ") + 1
    assert found["locations"][1]["text"] == "aws_secret_access_key = [redacted]"


def test_a_comment_and_a_path_accept_a_secret(tree: Path, capsys: Captured) -> None:
    token = Maker(1).crc("ghp")
    write(tree, "a.env", f"# hardhull: ignore[credential-in-file] -- made up\nTOKEN={token}\n")
    write(tree, "tests/b.env", f"TOKEN={token}\n")
    text = '[[ignore]]\npaths = ["tests/**"]\nrules = ["HH-SEC-320"]\nreason = "made up"\n'
    write(tree, "hardhull.toml", text)
    code, result = scanned(captured=capsys)
    assert code == 0
    assert [one["suppressed"]["reason"] for one in result["findings"]] == ["made up"] * 2


def test_what_git_ignores_is_left_out_and_said(tree: Path, capsys: Captured) -> None:
    write(tree, ".gitignore", ".env\n")
    write(tree, ".env", f"TOKEN={Maker(1).crc('ghp')}\n")
    _, result = scanned(captured=capsys)
    assert not result["findings"]
    assert any(note["what"].startswith(".env") for note in result["not_checked"])


def test_a_rule_that_knows_the_format_speaks_first(tree: Path, capsys: Captured) -> None:
    write(
        tree, "compose.yaml", f"services:\n  web:\n    image: a\n    environment:\n      TOKEN: {Maker(1).crc('ghp')}\n"
    )
    _, result = scanned(captured=capsys)
    secrets = [one["rule"] for one in result["findings"] if one["rule"].startswith("HH-SEC-")]
    assert secrets == ["HH-SEC-001"]


def test_without_the_option_nothing_is_searched(tree: Path, capsys: Captured) -> None:
    planted(tree)
    main(["scan", "--format", "json"])
    assert not [one for one in json.loads(capsys.readouterr().out)["findings"] if one["rule"] == "HH-SEC-320"]


def image(tree: Path, name: str = "app.tar", build: int = 0) -> str:
    """An image with a planted file that is deleted, and a token in its environment."""
    key, login = (next(one for one in kinds() if one.what == what) for what in ("RSA PRIVATE KEY", ".netrc"))
    layers = [
        layer(("etc/os-release", "ID=debian\n"), ("built", str(build))),
        layer((key.path, key.data), (login.path, login.data)),
        layer(("root/.wh..netrc", WHITEOUT)),
    ]
    history = [{"created_by": text} for text in ("ADD file:x in /", "COPY secrets / # buildkit", RUN + " # buildkit")]
    described = config(layers, history=history, config={"Env": [f"API_TOKEN={Maker(5).crc('ghp')}"]})
    write(tree, name, saved(layers, described=described))
    return f"docker-archive:{name}"


RUN = "RUN /bin/sh -c rm /root/.netrc"


def test_an_image_is_searched_without_an_option(tree: Path, capsys: Captured) -> None:
    assert main(["scan", image(tree), "--format", "json"]) == 1
    out = capsys.readouterr().out
    found = {one["subject"]: one for one in json.loads(out)["findings"] if one["rule"].startswith("HH-SEC-")}
    assert set(found) == {"etc/ssl/rsa.pem", "root/.netrc", "ENV API_TOKEN of the configuration"}
    evidence = {(one["what"], one["value"]) for one in found["root/.netrc"]["evidence"] if one["kind"] == "reading"}
    assert evidence == {("layer", "COPY secrets / # buildkit"), ("taken away", RUN + " # buildkit")}
    assert "which a later layer only hides" in found["root/.netrc"]["message"]
    assert not [one.what for one in kinds() if one.secret in out]
    assert Maker(5).crc("ghp") not in out


def test_a_dockerfile_beside_it_is_where_its_leaks_are_told_in_every_build(tree: Path, capsys: Captured) -> None:
    write(tree, "src/Dockerfile", "FROM debian:12.8\n\nCOPY  secrets \\\n  /\nRUN rm /root/.netrc\nUSER 1000\n")
    ids = set()
    for build in range(3):
        main(["scan", image(tree, build=build), "src", "--format", "json"])
        result = json.loads(capsys.readouterr().out)
        found = [one for one in result["findings"] if one["rule"] in {"HH-SEC-321", "HH-SEC-322"}]
        places = [(one["locations"][0]["path"], one["locations"][0]["line"]) for one in found]
        assert places == [("src/Dockerfile", 3)] * 2
        ids.add(tuple(sorted(one["id"] for one in found)))
    assert len(ids) == 1
