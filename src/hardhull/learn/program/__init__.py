"""The program that records in the kernel: C sources, what they compile to, and what it is told before it is loaded."""
