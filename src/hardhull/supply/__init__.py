"""Where images come from: the machine's engine, and registries. Nobody is asked unless a person wants that."""
