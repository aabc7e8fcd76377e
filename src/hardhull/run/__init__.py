"""Runs a Workload with what it depends on in a disposable world, checks it there, and observes it as plain data."""
