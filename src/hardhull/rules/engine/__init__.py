"""Rules over one engine each; one file is one rule."""
