"""From findings to a Plan: which fixes are wanted, what they change in which file, whether they did what they say."""
