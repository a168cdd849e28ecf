"""Foreign documents, parsed in child processes with limits."""
