"""Reads which system calls the programs of an image can make at all, from their machine code, without running them.

A recording sees what was exercised; error paths, signals, exit and reload often were not. This is the other half:
every call that can be reached from the programs' entry points, through their libraries. It says too much where code
cannot be told from data or a pointer may lead anywhere, and says which places it could not decide.
"""
