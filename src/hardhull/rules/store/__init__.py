"""Rules about the images that an engine keeps."""
