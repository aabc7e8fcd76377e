"""Built images: what they are made of, read in one pass over their layers, of which nothing is unpacked to disk."""
