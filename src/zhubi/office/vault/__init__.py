"""Sealing, blobs, key release, secrets."""
