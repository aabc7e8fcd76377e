"""Changing YAML and JSON where it stands: keys and items are added, replaced and removed, every other byte stays."""
