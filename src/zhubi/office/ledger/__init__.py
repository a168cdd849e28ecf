"""Records, leaves, checkpoints, and the one sequencer."""
