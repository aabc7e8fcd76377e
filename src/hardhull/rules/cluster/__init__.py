"""Rules over one cluster each; one file is one rule."""
