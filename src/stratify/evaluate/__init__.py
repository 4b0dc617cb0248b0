"""How good each model is, how sure we are, against what; and whether the canaries stayed quiet."""
