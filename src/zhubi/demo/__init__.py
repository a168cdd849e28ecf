"""A small office with a day's work in it."""
