"""A scan result for people and for machines."""
