"""How much of what an image holds is read: its files are as hostile as who made it."""

from __future__ import annotations

from typing import Final

FILE_BYTES: Final = 256 << 20
"""A larger program is not analysed. LLVM's library, the largest that Debian's servers load, has 110 MB."""
BINARIES: Final = 2000
"""Programs and libraries together."""
NAMES: Final = 20_000
"""Names in one folder."""
ENTRIES: Final = 2_000_000
"""Files, folders and links of an exported image."""
KEPT_BYTES: Final = 2 << 30
"""Of its programs and libraries together."""
SYMBOLS: Final = 500_000
NAME_BYTES: Final = 64 << 20
"""Of all symbols' names together."""
RELOCATIONS: Final = 4_000_000
FUNCTIONS: Final = 1_000_000
FOLLOWED_BYTES: Final = 16 << 20
"""Code of one pass that is followed function by function (about 1 s for each 8 MB of which much is reached)."""
TRIED_BYTES: Final = 6 << 20
"""What is reached by following, where there is more; what is left then counts as reached with all of its code."""
LARGEST_BYTES: Final = 9 << 20
"""Of one library: a Java virtual machine takes seconds, and four fifths of it are reached."""
PROGRAM_BYTES: Final = 256 << 10
"""Code of a program itself that has libraries; of a larger one, all counts as reached: nineteen in twenty functions
of a server are, and following them is the longest part of a pass."""
SWEPT_BYTES: Final = 8 << 20
"""Code without a table of its functions, which is disassembled from end to end (about 1 s for each 4 MB)."""
FUNCTION_BYTES: Final = 256 << 10
"""Of one function, when values are followed through it."""
STEPS: Final = 50_000
"""Instructions that are gone through to answer what one register holds."""
SECONDS: Final = 30.0
"""Processor time of a whole pass; then it ends with what it has, and says so."""
