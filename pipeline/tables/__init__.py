"""The tables of a run: written whole, read back."""
