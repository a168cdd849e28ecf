"""What the stories need: an office that is served, experts with their own machines, and what passes between them."""
