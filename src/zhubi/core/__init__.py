"""What both sides hold to be true: no screens, no servers."""
