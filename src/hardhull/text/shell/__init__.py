"""Located POSIX and bash text: what commands a text holds, word by word, and what the words amount to.

``read_script`` reads a text into commands; ``Scope`` says what a word amounts to where it stands; ``invocations``
looks through ``sudo``, ``sh -c "..."``, ``ssh`` and heredocs for the programs that are really run.
"""
