"""Dockerfiles and Containerfiles as ImageRecipes."""

from hardhull.formats.dockerfile.reader import read

__all__ = ["read"]
