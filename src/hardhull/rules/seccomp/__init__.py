"""Rules over one seccomp profile each; one file is one rule."""
