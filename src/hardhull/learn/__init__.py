"""Records what a workload needs: system calls, capabilities, files, connections, users and peaks, as a Profile."""
