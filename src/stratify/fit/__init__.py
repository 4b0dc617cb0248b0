"""What each model predicts for patients it never saw."""
