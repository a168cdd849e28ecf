"""Who said it and that it is unaltered: keys, records, sealing, log proofs. The only user of OS randomness."""
