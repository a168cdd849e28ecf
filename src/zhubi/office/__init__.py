"""The organiser's side."""
