"""Who is in a study, and what is known of each patient."""
