"""Secrets in files: found in streams of bytes, judged without a network, and never kept.

A scanner is given names and bytes and gives back hits: kind, place, how sure it is and why. The values stay where they
are: what leaves this package are redacted lines.
"""
