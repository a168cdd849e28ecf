"""Every act of both sides for a shell."""
