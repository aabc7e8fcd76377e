"""Real containers, made anew with what was proven of them, and taken back."""
