"""Rules over one recipe each; one file is one rule."""
