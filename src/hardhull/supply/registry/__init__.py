"""Registries, as the OCI distribution specification describes them: only what reading a digest and tags needs."""
