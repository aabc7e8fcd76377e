"""Kubernetes manifests: :mod:`.read` makes facts of them, :mod:`.documents` tells them from other files."""
