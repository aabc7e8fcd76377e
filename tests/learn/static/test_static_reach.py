"""What is reached: through libraries, pointers, loaders and configuration; and beside each, what is not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from compiled import BARE, built, looked_at, names, unresolved
from hardhull.learn.static import bounds
from hardhull.learn.static.reach import Program

if TYPE_CHECKING:
    import pytest

    from hardhull.learn.static.ground import Ground

RAW = """
static inline long raw(long number) {
    long answer;
    asm volatile("syscall" : "=a"(answer) : "a"(number) : "rcx", "r11", "memory");
    return answer;
}
"""
SHARED = ("-shared", "-fPIC", "-nostdlib", "-fno-stack-protector", "-O1")


def library(root: Path, name: str, source: str, *options: str) -> Path:
    return built(root / "lib" / name, RAW + source, *SHARED, f"-Wl,-soname,{name}", *options)


def program(root: Path, source: str, *options: str) -> Path:
    start = ("-nostdlib", "-fno-stack-protector", "-O1", "-Wl,--dynamic-linker=/lib/ld.so")
    library(root, "ld.so", "void _start(void) { raw(9); for (;;); }", "-Wl,-e,_start")
    return built(root / "app", RAW + source, *start, f"-L{root / 'lib'}", *options)


def test_only_the_functions_that_a_program_asks_a_library_for_count(tmp_path: Path) -> None:
    library(tmp_path, "liba.so", "long used(void) { return raw(39); } long unused(void) { return raw(102); }")
    program(tmp_path, "long used(void); void _start(void) { used(); for (;;); }", "-la")
    found = looked_at(tmp_path)
    assert names(found) == {"getpid", "mmap"}
    assert {(call.name, call.binary, call.function) for call in found.calls} == {
        ("getpid", "/lib/liba.so", "used"),
        ("mmap", "/lib/ld.so", "_start"),
    }
    assert {binary.path for binary in found.binaries} == {"/app", "/lib/liba.so", "/lib/ld.so"}
    assert found.incomplete == ()


def test_the_first_library_that_offers_a_symbol_is_taken(tmp_path: Path) -> None:
    library(tmp_path, "liba.so", "long same(void) { return raw(39); }")
    library(tmp_path, "libb.so", "long same(void) { return raw(102); }")
    program(tmp_path, "long same(void); void _start(void) { same(); for (;;); }", "-Wl,--no-as-needed", "-la", "-lb")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_versions_of_a_symbol_are_told_apart(tmp_path: Path) -> None:
    script = tmp_path / "versions"
    script.write_text("V1 { global: same; }; V2 { global: same; } V1;")
    source = """
    asm(".symver old,same@V1"); asm(".symver new,same@@V2");
    long old(void) { return raw(102); } long new(void) { return raw(39); }"""
    library(tmp_path, "liba.so", source, f"-Wl,--version-script={script}")
    program(tmp_path, "long same(void); void _start(void) { same(); for (;;); }", "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_functions_for_start_and_end_of_a_library_run_in_any_case(tmp_path: Path) -> None:
    source = """__attribute__((constructor)) static void first(void) { raw(39); }
    __attribute__((destructor)) static void last(void) { raw(102); } static void never(void) { raw(104); }
    int there;"""
    library(tmp_path, "liba.so", source)
    program(tmp_path, "extern int there; void _start(void) { there = 1; for (;;); }", "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "getuid", "mmap"}


def test_a_function_for_the_start_may_be_listed_by_its_name(tmp_path: Path) -> None:
    """One that others may ask for is put into the list by the loader, as any other symbol of that name."""
    source = """__attribute__((constructor)) void first(void) { raw(39); } void never(void) { raw(104); } int there;"""
    made = library(tmp_path, "liba.so", source)
    listed = subprocess.run(["readelf", "-rW", str(made)], capture_output=True, text=True, check=True).stdout
    assert [line.split()[4] for line in listed.splitlines() if "R_X86_64_64" in line] == ["first"]
    program(tmp_path, "extern int there; void _start(void) { there = 1; for (;;); }", "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_a_table_in_a_library_counts_once_code_can_look_into_it(tmp_path: Path) -> None:
    source = """
    typedef long function(void);
    static long one(void) { return raw(39); } static long two(void) { return raw(102); }
    struct table { long spare; function *first; }; static struct table inner = { 1, one }, other = { 1, two };
    struct { long spare; struct table *next; } outer = { 1, &inner };
    long walk(void) { return outer.next->first(); } long skip(void) { return other.first(); }"""
    library(tmp_path, "liba.so", source)
    program(tmp_path, "long walk(void); void _start(void) { walk(); for (;;); }", "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_a_resolver_chooses_among_functions(tmp_path: Path) -> None:
    source = """static long one(void) { return raw(39); } static long two(void) { return raw(102); }
    static void *choose(void) { return raw(104) ? one : two; }
    long chosen(void) __attribute__((ifunc("choose")));"""
    library(tmp_path, "liba.so", source)
    program(tmp_path, "long chosen(void); void _start(void) { chosen(); for (;;); }", "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "getuid", "getgid", "mmap"}


def test_a_callback_reaches_the_program_again(tmp_path: Path) -> None:
    library(tmp_path, "liba.so", "long call(long (*back)(void)) { return back(); }")
    source = """static long back(void) { return raw(39); } static long other(void) { return raw(102); }
    long call(void *); void _start(void) { call(back); for (;;); }"""
    program(tmp_path, source, "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_the_c_librarys_syscall_is_a_wrapper(tmp_path: Path) -> None:
    source = "long syscall(long number) { return raw(number); }"
    library(tmp_path, "libc.so.6", source)
    program(
        tmp_path,
        "long syscall(long, ...); void _start(int argc) { syscall(39, 1, 2); syscall(102); for (;;); }",
        str(tmp_path / "lib" / "libc.so.6"),
    )
    found = looked_at(tmp_path)
    assert names(found) == {"getpid", "getuid", "mmap"}
    assert unresolved(found) == 0
    assert {call.binary for call in found.calls if call.name == "getpid"} == {"/app"}


WIDE = "long used(void) { return raw(39); } long unused(void) { return raw(%d); }"


def test_a_library_is_counted_whole_only_where_that_adds_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not used in a library is only left out of the answer by following it; what others make anyway is not."""
    begun: list[str] = []
    decide = Program.decide

    def noted(self: Program, index: int, binary: Ground) -> None:
        if self.parts[index].path == "/lib/liba.so":
            begun.append("whole" if binary.whole else "followed")
        decide(self, index, binary)

    monkeypatch.setattr(Program, "decide", noted)
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 4096)
    for name in ("libone.so", "libtwo.so"):
        library(tmp_path, name, 'asm(".skip 3000, 0x90");')
    library(tmp_path, "liba.so", WIDE % 102)
    source = "long used(void); void _start(void) { raw(39); raw(102); used(); for (;;); }"
    program(tmp_path, source, "-Wl,--no-as-needed", "-la", "-lone", "-ltwo")
    assert names(looked_at(tmp_path)) == {"getpid", "getuid", "mmap"}
    assert begun == ["whole"]
    library(tmp_path, "liba.so", WIDE % 104)
    begun.clear()
    assert names(looked_at(tmp_path)) == {"getpid", "getuid", "mmap"}
    assert begun == ["whole", "followed"]  # the trial was taken back


def test_a_trial_that_was_taken_back_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the libraries behind the one that was tried, nor in those whose names are in it."""
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 4096)
    for name in ("libone.so", "libtwo.so"):
        library(tmp_path, name, 'asm(".skip 3000, 0x90");')
    library(tmp_path, "libplug.so.1", "long any(void) { return raw(104); }")
    library(tmp_path, "libb.so", "long far(void) { return raw(107); } long near(void) { return raw(108); }")
    source = """long far(void); long near(void); const char *name;
    long used(void) { return near(); } long unused(void) { name = "libplug.so.1"; return far(); }"""
    library(tmp_path, "liba.so", source, f"-L{tmp_path / 'lib'}", "-lb")
    source = "long used(void); void _start(void) { used(); for (;;); }"
    program(tmp_path, source, "-Wl,--no-as-needed", "-la", "-lb", "-lone", "-ltwo")
    assert names(looked_at(tmp_path)) == {"getegid", "mmap"}


def test_programs_are_looked_at_together(tmp_path: Path) -> None:
    """A name means in each program what its own libraries offer, also where a library that both have asks for it."""
    library(tmp_path, "liba.so", "long other(void); long used(void) { return other(); }", "-Wl,-z,undefs")
    library(tmp_path, "libone.so", "long other(void) { return raw(39); }")
    library(tmp_path, "libtwo.so", "long other(void) { return raw(102); } long more(void) { return raw(104); }")
    source = "long used(void); void _start(void) { used(); for (;;); }"
    for name in ("one", "two"):
        program(tmp_path, source, "-Wl,--no-as-needed", "-la", f"-l{name}").rename(tmp_path / name)
    assert names(looked_at(tmp_path, "/one")) == {"getpid", "mmap"}
    assert names(looked_at(tmp_path, "/two")) == {"getuid", "mmap"}
    assert names(looked_at(tmp_path, "/one", "/two")) == {"getpid", "getuid", "mmap"}


def test_a_library_that_a_second_program_loads_later_asks_for_its_names_there(tmp_path: Path) -> None:
    library(tmp_path, "libplug.so.1", "long other(void); long any(void) { return other(); }", "-Wl,-z,undefs")
    library(tmp_path, "libone.so", "long other(void) { return raw(39); }")
    library(
        tmp_path,
        "libtwo.so",
        "long other(void) { return raw(102); } const char *volatile name;\n"
        'long load(void) { name = "libplug.so.1"; return 0; }',
    )
    program(
        tmp_path,
        "long any(void); void _start(void) { any(); for (;;); }",
        "-Wl,--no-as-needed",
        "-lone",
        str(tmp_path / "lib" / "libplug.so.1"),
    ).rename(tmp_path / "one")
    program(tmp_path, "long load(void); void _start(void) { load(); for (;;); }", "-ltwo").rename(tmp_path / "two")
    assert names(looked_at(tmp_path, "/one", "/two")) == {"getpid", "getuid", "mmap"}


def test_a_library_that_is_named_in_the_code_is_loaded(tmp_path: Path) -> None:
    library(tmp_path, "libplug.so.1", "long any(void) { return raw(39); }")
    library(tmp_path, "libother.so.1", "long any(void) { return raw(102); }")
    source = """long open_it(const char *); void _start(void) { open_it("libplug.so.1"); for (;;); }"""
    library(tmp_path, "liba.so", "long open_it(const char *name) { return name[0]; }")
    program(tmp_path, source, "-la")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_libraries_that_were_seen_mapped_count_whole(tmp_path: Path) -> None:
    library(tmp_path, "plugin.so", "long any(void) { return raw(39); }")
    program(tmp_path, "void _start(void) { for (;;); }")
    assert names(looked_at(tmp_path)) == {"mmap"}
    assert names(looked_at(tmp_path, loaded={"/app": ["/lib/plugin.so"]})) == {"getpid", "mmap"}


def test_what_a_plugin_offers_is_also_what_the_objects_lead_to_that_it_offers(tmp_path: Path) -> None:
    source = """static long hook(void) { return raw(39); } static long other(void) { return raw(102); }
    static struct { long spare; long (*call)(void); } inner = { 1, other };
    struct { long version; long (*call)(void); } module = { 1, hook };"""
    library(tmp_path, "plugin.so", source)
    program(tmp_path, "void _start(void) { for (;;); }")
    assert names(looked_at(tmp_path, loaded={"/app": ["/lib/plugin.so"]})) == {"getpid", "mmap"}


def test_name_services_are_those_of_the_configuration(tmp_path: Path) -> None:
    library(tmp_path, "libc.so.6", "int there;")
    library(tmp_path, "libnss_mine.so.2", "long _nss_mine_get(void) { return raw(39); }")
    library(tmp_path, "libnss_other.so.2", "long _nss_other_get(void) { return raw(102); }")
    program(
        tmp_path,
        "extern int there; void _start(void) { there = 1; for (;;); }",
        str(tmp_path / "lib" / "libc.so.6"),
    )
    assert names(looked_at(tmp_path)) == {"mmap"}
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "nsswitch.conf").write_text("# other\npasswd: files [NOTFOUND=other] mine # other\n")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_pam_takes_its_modules_from_its_folder(tmp_path: Path) -> None:
    library(tmp_path, "libpam.so.0", "int there;")
    for name, number in (("pam_one.so", 39), ("pam_two.so", 102)):
        built(tmp_path / "lib" / "security" / name, RAW + f"long enter(void) {{ return raw({number}); }}", *SHARED)
    program(
        tmp_path,
        "extern int there; void _start(void) { there = 1; for (;;); }",
        str(tmp_path / "lib" / "libpam.so.0"),
    )
    (tmp_path / "etc" / "pam.d").mkdir(parents=True)
    (tmp_path / "etc" / "pam.d" / "login").write_text("auth required pam_one.so nullok\n# auth required pam_two.so\n")
    assert names(looked_at(tmp_path)) == {"getpid", "mmap"}


def test_the_program_behind_a_script_is_looked_at(tmp_path: Path) -> None:
    built(tmp_path / "bin" / "shell", RAW + "void _start(void) { raw(39); for (;;); }", *BARE)
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "direct").write_text("#!/bin/shell -e\n")
    (tmp_path / "named").write_text("#!/usr/bin/env -S X=1 shell\n")
    for script in ("/direct", "/named"):
        found = looked_at(tmp_path, script)
        assert found.programs == ("/bin/shell",)
        assert names(found) == {"getpid"}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    library(tmp_path, "liba.so", "long used(void) { return raw(39); }")
    program(tmp_path, "long used(void); void _start(void) { used(); for (;;); }", "-la")
    (tmp_path / "lib" / "liba.so").unlink()
    (tmp_path / "data").write_text("no program")
    (tmp_path / "script").write_text("#!/bin/none\n")
    assert looked_at(tmp_path, "/app", "/nothing", "/data", "/script").incomplete == (
        "/nothing was not found, or what runs it was not",
        "/data was not analysed: it is no ELF file",
        "/script was not found, or what runs it was not",
        "/app needs liba.so, which was not found",
    )


def test_a_real_program_with_the_real_c_library(tmp_path: Path) -> None:
    """What strace sees of it is among what its code can do, on this machine's own libraries."""
    source = """#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n#include <signal.h>
    static void caught(int signal) { write(2, "x", 1); }
    int main(void) { signal(SIGUSR1, caught); raise(SIGUSR1); printf("%d\\n", getppid()); sleep(0); exit(3); }"""
    app = built(tmp_path / "app", source)
    found = looked_at(Path("/"), str(app))
    expected = {"rt_sigaction", "rt_sigreturn", "getppid", "write", "exit_group", "clock_nanosleep", "mmap", "tgkill"}
    assert names(found) >= expected | {"restart_syscall"}
    assert not names(found) & {"mount", "ptrace", "init_module", "setns", "acct", "accept4", "shmget"}
    if shutil.which("strace"):
        seen = tmp_path / "seen"
        subprocess.run(["strace", "-f", "-qq", "-o", str(seen), str(app)], check=False, capture_output=True, timeout=60)
        made = {line.split("(", 1)[0].split()[-1] for line in seen.read_text().splitlines() if "(" in line}
        assert made - {"---"} - {"execve"} <= names(found)


def test_a_program_taken_as_a_whole_finds_all_that_following_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(
        tmp_path, "libc.so.6", "long syscall(long number) { return raw(number); } long other(void) { return raw(4); }"
    )
    library(tmp_path, "libplug.so.1", "long any(void) { return raw(104); }")
    source = """long syscall(long, ...); long other(void); volatile char *name;
    __attribute__((noinline)) long call(long number) { return syscall(number) + 1; }
    long unused(void) { return other(); }
    void _start(int argc) { name = "libplug.so.1"; call(39); call(102); syscall(107); for (;;); }"""
    program(tmp_path, source, str(tmp_path / "lib" / "libc.so.6"))
    followed = looked_at(tmp_path)
    monkeypatch.setattr(bounds, "FOLLOWED_BYTES", 0)
    whole = looked_at(tmp_path)
    assert names(followed) == {"getpid", "getuid", "geteuid", "getgid", "mmap"}
    assert names(whole) == names(followed) | {"stat"}  # what is unused counts
    assert (unresolved(whole), whole.incomplete) == (0, ())


def test_equal_files_give_equal_results(tmp_path: Path) -> None:
    library(tmp_path, "liba.so", "long used(void) { return raw(39); } long two(void) { return raw(39); }")
    program(tmp_path, "long used(void); long two(void); void _start(void) { used(); two(); for (;;); }", "-la")
    assert looked_at(tmp_path).ident == looked_at(tmp_path).ident


def test_a_program_that_loads_what_nobody_saw_is_incomplete(tmp_path: Path) -> None:
    library(
        tmp_path,
        "libc.so.6",
        "void *dlopen(const char *name, int flags) { return 0; } void dlclose(void) { dlopen(0, 0); }",
    )
    libc = str(tmp_path / "lib" / "libc.so.6")
    program(
        tmp_path, "void *dlopen(const char *, int); void _start(int argc) { dlopen((char *)argc, 0); for (;;); }", libc
    )
    why = "/app may load further libraries while it runs, and nobody looked which it had"
    assert looked_at(tmp_path).incomplete == (why,)
    assert looked_at(tmp_path, loaded={"/app": []}).incomplete == ()
    program(tmp_path, "void dlclose(void); void _start(void) { dlclose(); for (;;); }", libc)
    assert looked_at(tmp_path).incomplete == ()
