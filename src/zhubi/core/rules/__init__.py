"""What follows from the words: pure functions over the model, for both sides alike."""
