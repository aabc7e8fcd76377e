"""The things that are judged: workloads, image recipes, engines, hosts, clusters and pipelines."""
