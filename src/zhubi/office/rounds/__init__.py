"""Seats, panels, windows, returns."""
