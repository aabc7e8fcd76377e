"""Compose files (the Compose Specification) as Workloads, with what Compose itself would load."""
