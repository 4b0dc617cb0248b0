"""Mirror a study's results to MLflow: one experiment a study, a run per execution and per model, a champion alias."""
