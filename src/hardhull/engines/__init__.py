"""A running engine gets another daemon.json: tried in a shadow first, applied with a way back, and checked."""
