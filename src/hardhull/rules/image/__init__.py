"""Rules about built images."""
