"""How the office's database came to its form, one revision after the other."""
