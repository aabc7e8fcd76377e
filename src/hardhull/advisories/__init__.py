"""Advisories: what is known to be wrong with a version of a package, kept in one local database."""
