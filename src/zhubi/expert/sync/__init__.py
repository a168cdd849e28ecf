"""Bringing the store and the office together."""
