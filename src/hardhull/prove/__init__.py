"""Running a workload before and after it is hardened, and showing what changed."""
