"""The expert's side."""
