"""What a machine really does: read from its kernel, its engine and its files, written down as one document of facts."""
