"""Discover, read, link, judge, ignore, score: from targets to a result."""
