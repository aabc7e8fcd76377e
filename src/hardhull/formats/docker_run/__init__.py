"""``docker run`` text: command lines that start containers, wherever they stand, read into workloads."""
