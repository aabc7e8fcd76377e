"""Removing images that nothing needs: what would go, what can be pulled again, and the journaled removal."""
