"""Rules about what built images hold."""
