"""What does this cohort say, in our names and units? Readers, column maps, identifiers and findings."""
