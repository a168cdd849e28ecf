"""The API as both sides speak it: messages, problems, and the one HTTP client."""
