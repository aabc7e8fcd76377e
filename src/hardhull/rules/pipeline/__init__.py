"""Rules over one pipeline each; one file is one rule."""
