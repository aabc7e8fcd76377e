"""Differences for people: bounded, and without secrets."""

from __future__ import annotations

import pytest

from hardhull.text.diff import MAX_COMPARED, MAX_LINES, unified


def test_a_change() -> None:
    assert (
        unified("a", b"1\n2\n3\n", b"1\n3\n", names=("before", "now"))
        == "--- a (before)\n+++ a (now)\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n"
    )


def test_a_new_and_a_removed_file() -> None:
    assert unified("a", None, b"1") == "--- /dev/null\n+++ a (new)\n@@ -0,0 +1 @@\n+1\n\\ No newline at end of file\n"
    assert unified("a", b"1\n", None).startswith("--- a (old)\n+++ /dev/null\n")
    assert unified("a", b"1", b"1") == ""


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD"])
def test_secrets_on_both_sides_are_redacted(name: str) -> None:
    old = f"{name}: x7Kq9pL2mN4v\nuser: root\n".encode()
    told = unified("a", old, old.replace(b"root", b"app"))
    assert "x7Kq9pL2mN4v" not in told
    assert f" {name}: [redacted]\n-user: root\n+user: app\n" in told
    told = unified("a", old, old.replace(b"x7Kq9pL2mN4v", b"y8Lr0qM3nO5w"))
    assert "they differ in nothing but a redacted value" in told
    assert "y8Lr" not in told


def test_it_is_bounded() -> None:
    told = unified("a", b"", b"line\n" * (MAX_LINES * 2))
    assert told.count("\n") == MAX_LINES + 1
    assert "too long to be compared" in unified("a", b"", b"\n" * (MAX_COMPARED + 1))
    assert unified("a", b"\xff\n", b"\xfe\xfe\n").count("\ufffd") == 3
