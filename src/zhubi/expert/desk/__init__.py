"""What an expert can do, one function an act: the only door for screens and shell."""
