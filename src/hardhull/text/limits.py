"""How large a document may be. Hostile input is normal: past these it is refused with the file, the line, the limit.

The numbers keep a reader under 200 MB of memory. The largest real file seen among 1,500 has 1.1 MB and 40,000 nodes.
"""

from typing import Final

MAX_BYTES: Final = 10_000_000
"""Largest file that is read, in bytes."""

MAX_DEPTH: Final = 200
"""Deepest nesting of mappings and lists."""

MAX_NODES: Final = 400_000
"""Most nodes (keys, values, items) of one file."""

MAX_EXPANDED: Final = 1_000_000
"""Most nodes of one file after every alias has been replaced by what it refers to."""
