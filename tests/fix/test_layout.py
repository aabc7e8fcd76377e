"""Fixes keep the line ends and the comments of a file."""

from __future__ import annotations

from plans import planned, texts_after


def test_lines_that_a_rule_writes_end_as_those_of_the_file() -> None:
    files = {
        "docker.rules": "-w /etc/docker -p wa -k docker # the configuration\r\n-w /usr/bin/dockerd -p wa -k docker\r\n"
    }
    text = texts_after(files, planned(files))["docker.rules"]
    assert text.startswith("# the configuration\r\n-w /etc/docker -p wa -k docker\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_what_was_meant_as_a_comment_behind_a_switch_stays() -> None:
    files = {"docker.rules": "-w /etc/docker -p wa -k docker\n-e 0 # for now\n"}
    text = texts_after(files, planned(files))["docker.rules"]
    assert "\n# for now\n-e 1\n" in text
