"""Programs that run another program: how many of their own arguments stand before it, or which text they run."""

from __future__ import annotations

import re
from typing import NamedTuple

from hardhull.model.lazy import lazy


class Wrapper(NamedTuple):
    """How a program runs another one.

    Attributes:
        values: its options that take a value as the next argument.
        skip: how many arguments of its own come before the program.
        env: whether ``NAME=value`` may stand before the program.
        text: the option whose value is shell text (``-c``), if it has one.
        joined: whether the remaining arguments are joined and read by a shell (``eval``, ``ssh``).
        remote: whether that is on another machine or in another user's fresh environment.
        stdin: whether it is a shell: without a text or a file it reads commands from its input.
        dashes: whether the program comes only after ``--``.
    """

    values: frozenset[str] = frozenset()
    skip: int = 0
    env: bool = False
    text: str = ""
    joined: bool = False
    remote: bool = False
    stdin: bool = False
    dashes: bool = False


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SSH = _options("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w")
_SUDO = _options(
    "-u -g -h -p -C -c -r -t -T -U -D -R -a --user --group --host --prompt --close-from --role --type --chdir --chroot"
)
_SHELL = Wrapper(_options("-o +o -O +O --rcfile --init-file"), text="-c", stdin=True)
_SU = Wrapper(_options("-g -G -s -w --shell --group"), skip=1, text="-c", remote=True, stdin=True)

WRAPPERS: dict[str, Wrapper] = {
    **dict.fromkeys(("sh", "bash", "dash", "ash", "zsh", "ksh", "busybox-sh"), _SHELL),
    **dict.fromkeys(("su",), _SU),
    **dict.fromkeys(
        ("nohup", "command", "builtin", "setsid", "time", "unbuffer", "winpty", "chronic", "then", "travis_retry"),
        Wrapper(),
    ),
    **dict.fromkeys(("coproc", "busybox", "fakeroot", "caffeinate", "catchsegv"), Wrapper()),
    **dict.fromkeys(("dbus-run-session", "xvfb-run", "systemd-inhibit"), Wrapper(_options("-n -s -e -f -p"))),
    "sudo": Wrapper(_SUDO, env=True),
    "doas": Wrapper(_options("-u -C -a")),
    "exec": Wrapper(_options("-a")),
    "env": Wrapper(_options("-u -C --unset --chdir"), env=True),
    "nice": Wrapper(_options("-n --adjustment")),
    "ionice": Wrapper(_options("-c -n --class --classdata")),
    "timeout": Wrapper(_options("-s -k --signal --kill-after"), skip=1),
    "stdbuf": Wrapper(_options("-i -o -e --input --output --error")),
    "chrt": Wrapper(skip=1),
    "taskset": Wrapper(skip=1),
    "numactl": Wrapper(_options("-N -m -C -i -p")),
    "flock": Wrapper(_options("-w -E --timeout --conflict-exit-code"), skip=1, text="-c"),
    "xargs": Wrapper(_options("-I -i -n -P -L -l -d -a -E -s --max-args --max-procs --delimiter --arg-file --replace")),
    "parallel": Wrapper(_options("-j -I -a --jobs")),
    "watch": Wrapper(_options("-n --interval"), joined=True),
    "eval": Wrapper(joined=True),
    "trap": Wrapper(text="0"),
    "ssh": Wrapper(_SSH, skip=1, joined=True, remote=True, stdin=True),
    "sshpass": Wrapper(_options("-p -f -d -e")),
    "mosh": Wrapper(skip=1, dashes=True, remote=True),
    "docker-machine": Wrapper(skip=2, joined=True, remote=True),
    "vagrant": Wrapper(skip=2, text="-c", remote=True),
    "gosu": Wrapper(skip=1),
    "su-exec": Wrapper(skip=1),
    "runuser": Wrapper(_options("-u -g -G -s"), text="-c"),
    "setpriv": Wrapper(_options("--reuid --regid --groups --inh-caps --bounding-set")),
    "chroot": Wrapper(_options("--userspec --groups"), skip=1),
    "nsenter": Wrapper(_options("-t --target -S -G")),
    "unshare": Wrapper(),
    "systemd-run": Wrapper(_options("-p -u -M -H -E --property --unit --machine --slice --setenv --uid --gid")),
    "cgexec": Wrapper(_options("-g")),
    "multipass": Wrapper(dashes=True, remote=True),
    "lxc": Wrapper(dashes=True, remote=True),
    "wsl": Wrapper(_options("-d -u --distribution --user")),
    "doppler": Wrapper(dashes=True),
    "op": Wrapper(dashes=True),
    "aws-vault": Wrapper(dashes=True),
    "dotenv": Wrapper(_options("-f -e")),
    "script": Wrapper(_options("-I -O -B -T"), text="-c"),
    "nix-shell": Wrapper(_options("-p -I"), text="--run"),
    "gcloud": Wrapper(text="--command", remote=True),
    "kubectl": Wrapper(dashes=True, remote=True),
    "lima": Wrapper(),
    "limactl": Wrapper(skip=2, remote=True),
}
"""Known wrappers by the last part of their path."""

PASS_ON = frozenset(("retry", "run", "try", "execute", "exec_cmd", "run_cmd", "runcmd", "run_command", "do_cmd", "cmd"))
"""Names that scripts give to functions which run their arguments, and that test frameworks use for it."""

PRINTS = lazy(
    r"_*(?:echo|print\w*|\w*log\w*|\w*info\w*|\w*warn\w*|\w*err(?:or)?s?|die|fail\w*|abort|fatal|\w*msg\w*|say|notes?"
    r"|\w*debug\w*|usage|help|\w*grep|test|\[+|is|assert\w*|expect\w*|skip\w*|which|type|man|alias|cat|sed|awk|tee"
    r"|heading|title|step|section|banner|comment|describe|it|pgrep|pkill|export|readonly|local|declare|typeset|for|case|:)",
    re.IGNORECASE,
)
"""Names of commands that only show or compare their arguments."""

RUNS_NOTHING = frozenset(
    (
        *(
            "echo",
            "printf",
            "cd",
            "[",
            "[[",
            "test",
            "local",
            "export",
            "readonly",
            "declare",
            "typeset",
            "mkdir",
            "rm",
        ),
        *("cp", "mv", "cat", "grep", "egrep", "sed", "awk", "return", "exit", "set", "shift", "read", "for", "true"),
        *("false", ":", "source", ".", "touch", "chmod", "chown", "ls", "unset", "pushd", "popd", "log", "info", "die"),
        *("warn", "error", "fail", "debug", "sleep", "cut", "tr", "head", "tail", "sort", "uniq", "wc", "jq", "diff"),
        *("which", "type", "ln", "tar", "date", "basename", "dirname", "usage", "let", "git", "apt-get", "yum", "dnf"),
        *("@test", "is", "assert", "msg", "tee", "wait", "kill", "openssl", "ip", "iptables"),
    )
)
"""Commands that start no program of ours, whatever their arguments say; they are passed over unread."""
