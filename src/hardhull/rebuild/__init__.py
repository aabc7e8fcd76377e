"""Upgrading the packages of a built image: as edits of its Dockerfile, or as an image on top of it that is proven."""
