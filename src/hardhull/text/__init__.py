"""Located documents: every node of a YAML or JSON file knows the exact bytes it was written with."""
