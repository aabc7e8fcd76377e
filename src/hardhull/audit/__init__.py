"""Audit rules for what a host really uses: planned, loaded through the journal, and each one proven by a record."""
