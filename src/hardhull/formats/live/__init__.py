"""Reads a document of facts (``hardhull-facts/1``): what a machine's kernel and engine said when it was collected."""

from hardhull.formats.live.reader import SYNTAX, read

__all__ = ["SYNTAX", "read"]
