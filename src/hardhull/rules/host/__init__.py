"""Rules over one host each; one file is one rule."""
