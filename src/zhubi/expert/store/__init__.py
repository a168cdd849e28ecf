"""What this machine remembers: encrypted database, journal, outbox."""
