"""Rules about the networks of an engine, and who reaches whom in them."""
