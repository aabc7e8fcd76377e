"""One module or package per syntax: reading it into facts (and, later, writing changes back)."""
