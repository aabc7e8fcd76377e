"""Numbers of system calls: each way in which code makes one, and beside it the case that cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiled import BARE, built, looked_at, names, unresolved
from hardhull.learn.static import bounds

if TYPE_CHECKING:
    from pathlib import Path

EXIT = 'asm volatile("mov $60, %eax; syscall");'
"""exit(2), by its number 60 on x86-64."""
RAW = """
static inline long raw(long number) {
    long answer;
    asm volatile("syscall" : "=a"(answer) : "a"(number) : "rcx", "r11", "memory");
    return answer;
}
"""
WAYS = {
    "constant": (RAW + "void _start(void) { raw(39); for (;;); }", {"getpid"}),
    "zero": (RAW + "void _start(void) { raw(0); for (;;); }", {"read"}),
    "wrapper": (
        RAW
        + """__attribute__((noinline)) long call(long a, long number) { return raw(number) + a; }
        void _start(void) { call(1, 39); call(2, 102); for (;;); }""",
        {"getpid", "getuid"},
    ),
    "wrapper of a wrapper": (
        RAW
        + """__attribute__((noinline)) long inner(long number) { return raw(number) + 1; }
        __attribute__((noinline)) long outer(long a, long number) { return inner(number) + a; }
        void _start(void) { outer(1, 39); for (;;); }""",
        {"getpid"},
    ),
    "either of two": (
        RAW + "void _start(int argc) { raw(argc > 1 ? 39 : 102); for (;;); }",
        {"getpid", "getuid"},
    ),
    "kept in another register": (
        RAW
        + """void _start(void) { register long number asm("rbx") = 39;
        asm volatile("xor %%ecx, %%ecx" : : : "rcx");
        asm volatile("" : "+r"(number)); raw(0); raw(0); asm volatile("mov %0, %%rax; syscall" : : "r"(number));
        for (;;); }""",
        {"read"},
    ),
    "spilt to the stack": (
        """void _start(void) { asm volatile("push $39; pop %rax; syscall"); for (;;); }""",
        {"getpid"},
    ),
    "a part of a register": (
        """void _start(void) { asm volatile("xor %eax, %eax; mov $39, %al; syscall"); for (;;); }""",
        {"getpid"},
    ),
    "computed": (
        """void _start(void) { asm volatile("mov $38, %eax; inc %eax; syscall; mov $100, %ecx; lea 2(%rcx), %eax; syscall"); for (;;); }""",
        {"getpid", "getuid"},
    ),
    "passed on the stack": (
        RAW
        + """__attribute__((noinline)) long call(long a, long b, long c, long d, long e, long f, long number)
        { return raw(number) + a + b + c + d + e + f; }
        void _start(void) { call(1, 2, 3, 4, 5, 6, 39); for (;;); }""",
        {"getpid"},
    ),
    "left on the stack by a jump to another function": (
        """asm("inner: .cfi_startproc; mov 8(%rsp), %rax; syscall; ret; .skip 200; .cfi_endproc");
        asm("outer: .cfi_startproc; jmp inner; .cfi_endproc");
        asm(".globl _start; _start: .cfi_startproc; push $39; call outer; 1: jmp 1b; .cfi_endproc");""",
        {"getpid"},
    ),
    "shared by two ends of a branch": (
        """void _start(int argc) { asm volatile("cmp $1, %%edi; je 1f; mov $39, %%eax; jmp 2f; 1: mov $102, %%eax; 2: syscall" ::: "rax"); for (;;); }""",
        {"getpid", "getuid"},
    ),
    "in a table of functions": (
        RAW
        + """static long one(void) { return raw(39); } static long two(void) { return raw(102); }
        static long (*const table[])(void) = { one, two };
        void _start(int argc) { table[argc & 1](); for (;;); }""",
        {"getpid", "getuid"},
    ),
    "one of many cases": (
        RAW
        + """void _start(int argc) { switch (argc) {
        case 0: raw(39); break; case 1: raw(102); break; case 2: raw(104); break; case 3: raw(107); break;
        case 4: raw(108); break; case 5: raw(110); break; case 6: raw(111); break; } for (;;); }""",
        {"getpid", "getuid", "getgid", "geteuid", "getegid", "getppid", "getpgrp"},
    ),
}


@pytest.fixture(params=["followed", "whole"])
def _both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs are followed function by function, or taken as a whole, as large ones are."""
    if request.param == "whole":
        monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 0)


@pytest.mark.usefixtures("_both")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("pie", ["-no-pie", "-static-pie"])
def test_every_way_to_a_number_is_followed(way: str, pie: str, tmp_path: Path) -> None:
    source, expected = WAYS[way]
    options = [option for option in BARE if pie == "-no-pie" or option != "-static"]
    built(tmp_path / "app", source, *options, pie)
    found = looked_at(tmp_path)
    assert names(found) >= expected
    if way != "kept in another register":
        assert names(found) == expected
        assert unresolved(found) == 0


@pytest.mark.usefixtures("_both")
def test_what_is_read_from_memory_is_counted_and_not_guessed(tmp_path: Path) -> None:
    built(tmp_path / "app", RAW + "volatile long number = 39; void _start(void) { raw(number); for (;;); }", *BARE)
    found = looked_at(tmp_path)
    assert names(found) == set()
    assert unresolved(found) == 1


@pytest.mark.usefixtures("_both")
def test_a_wrapper_that_is_called_through_a_pointer_is_unresolved(tmp_path: Path) -> None:
    source = (
        RAW
        + """__attribute__((noinline)) long call(long number) { return raw(number) + 1; }
        long (*volatile pointer)(long) = call;
        void _start(int argc) { call(39); pointer(argc); for (;;); }"""
    )
    built(tmp_path / "app", source, *BARE)
    found = looked_at(tmp_path)
    assert names(found) == {"getpid"}
    assert unresolved(found) == 1


@pytest.mark.usefixtures("_both")
def test_a_number_that_no_call_has_is_unresolved(tmp_path: Path) -> None:
    built(tmp_path / "app", RAW + "void _start(void) { raw(9999); for (;;); }", *BARE)
    found = looked_at(tmp_path)
    assert names(found) == set()
    assert unresolved(found) == 1


@pytest.mark.usefixtures("_both")
def test_bytes_within_another_instruction_are_no_call(tmp_path: Path) -> None:
    # movabs with 0f 05 in its number
    built(tmp_path / "app", 'void _start(void) { asm volatile("movabs $0x050f050f050f, %rax"); for (;;); }', *BARE)
    found = looked_at(tmp_path)
    assert names(found) == set()
    assert unresolved(found) == 0


def test_code_that_nothing_leads_to_counts_in_large_programs_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = RAW + "void unused(void) { raw(102); } void _start(void) { raw(39); for (;;); }"
    built(tmp_path / "app", source, *BARE)
    assert names(looked_at(tmp_path)) == {"getpid"}
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 0)
    assert names(looked_at(tmp_path)) == {"getpid", "getuid"}


def test_code_that_no_table_names_is_looked_at_in_large_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 0)
    assembly = ".globl _start\\n_start: .skip 3000, 0x90\\nmov $39, %eax\\nsyscall\\n1: jmp 1b"
    other = "mov (%rbx), %eax\\nsyscall\\n" + ".skip 5000, 0x90\\n"
    built(tmp_path / "app", f'asm("{assembly}\\n{other}");', *BARE, "-fno-asynchronous-unwind-tables")
    found = looked_at(tmp_path)
    assert names(found) == {"getpid"}
    assert unresolved(found) == 1
