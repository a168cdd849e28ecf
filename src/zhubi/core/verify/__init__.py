"""Re-deriving a receipt from pinned keys alone, with nobody's help."""
