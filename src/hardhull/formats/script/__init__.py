"""Texts that hold commands: shell scripts, Makefiles, CI workflows, Markdown; read into workloads and pipelines."""
