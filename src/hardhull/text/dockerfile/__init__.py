"""Dockerfiles, read losslessly and as BuildKit's own parser reads them."""

from hardhull.text.dockerfile.document import Document, Piece
from hardhull.text.dockerfile.nodes import Comment, Directive, Flag, Heredoc, Pair, Problem, Statement, Word
from hardhull.text.dockerfile.reader import read

__all__ = [
    "Comment",
    "Directive",
    "Document",
    "Flag",
    "Heredoc",
    "Pair",
    "Piece",
    "Problem",
    "Statement",
    "Word",
    "read",
]
