"""Rules about secrets that were found in files."""
