"""Plain data that every layer shares: where something stands, what was found, and how sure we are."""
