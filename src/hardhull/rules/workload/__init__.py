"""Rules over one workload each; one file is one rule."""
