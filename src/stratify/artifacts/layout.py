"""Where artifacts are: the paths below the results folder are part of the contract."""

from dataclasses import dataclass
from pathlib import Path

from stratify.artifacts.fit import COMPARATORS


@dataclass(frozen=True)
class Layout:
    """Paths of a run's artifacts below its results folder.

    Parameters
    ----------
    results
        The results folder.

    Examples
    --------
    >>> Layout(Path("results")).splits("melanoma").as_posix()
    'results/split/melanoma/splits.parquet'
    """

    results: Path

    def manifest(self, source: str) -> Path:
        """Locate the record of where a source's bytes came from."""
        return self.results / "fetch" / f"{source}.json"

    def clinical(self, dataset: str) -> Path:
        """Locate one cohort's clinical table."""
        return self.results / "harmonize" / dataset / "clinical.parquet"

    def modality(self, dataset: str, modality: str) -> Path:
        """Locate one cohort's table of one kind of measurement."""
        return self.results / "harmonize" / dataset / f"{modality}.parquet"

    def findings(self, dataset: str) -> Path:
        """Locate the oddities found in one cohort."""
        return self.results / "harmonize" / dataset / "findings.parquet"

    def table(self, study: str) -> Path:
        """Locate the table with one row a patient."""
        return self.results / "assemble" / study / "table.parquet"

    def attrition(self, study: str) -> Path:
        """Locate who was left out, step by step."""
        return self.results / "assemble" / study / "attrition.parquet"

    def samples(self, study: str) -> Path:
        """Locate which sample describes each patient of the study table."""
        return self.results / "assemble" / study / "samples.parquet"

    def labels(self, study: str) -> Path:
        """Locate what other labels say of the patients, where the study asks for any."""
        return self.results / "assemble" / study / "labels.parquet"

    def left_out(self, study: str) -> Path:
        """Locate who leaves in which sensitivity analysis, where the study asks for any."""
        return self.results / "assemble" / study / "left_out.parquet"

    def splits(self, study: str) -> Path:
        """Locate which patients a model may see."""
        return self.results / "split" / study / "splits.parquet"

    def overlap(self, study: str) -> Path:
        """Locate the pairs of patients who look like one person."""
        return self.results / "split" / study / "overlap.parquet"

    def overlap_summary(self, study: str) -> Path:
        """Locate how many such pairs two cohorts have, and how many chance gives."""
        return self.results / "split" / study / "overlap_summary.parquet"

    def model(self, study: str, model: str) -> Path:
        """Locate the folder of the model fitted on all training patients."""
        return self.results / "fit" / study / model / "model"

    def predictions(self, study: str, model: str = COMPARATORS) -> Path:
        """Locate the predictions of one model, or of all comparators."""
        return self.results / "fit" / study / model / "predictions.parquet"

    def tuning(self, study: str, model: str) -> Path:
        """Locate what the inner folds said of each candidate."""
        return self.results / "fit" / study / model / "tuning.parquet"

    def learning_curve(self, study: str, model: str) -> Path:
        """Locate what a model predicts that learned from fewer studies."""
        return self.results / "fit" / study / model / "learning_curve.parquet"

    def canary_measures(self, study: str, model: str = COMPARATORS) -> Path:
        """Locate what the canaries of one model, or of all comparators, measured."""
        return self.results / "fit" / study / model / "canaries.parquet"

    def metrics(self, study: str) -> Path:
        """Locate the performance of every model and comparator."""
        return self.results / "evaluate" / study / "metrics.parquet"

    def comparisons(self, study: str) -> Path:
        """Locate the paired comparisons."""
        return self.results / "evaluate" / study / "comparisons.parquet"

    def sensitivity(self, study: str) -> Path:
        """Locate what the result depends on."""
        return self.results / "evaluate" / study / "sensitivity.parquet"

    def canaries(self, study: str) -> Path:
        """Locate the judged canaries."""
        return self.results / "evaluate" / study / "canaries.parquet"

    def univariate(self, study: str) -> Path:
        """Locate each feature's association with the endpoint."""
        return self.results / "discover" / study / "univariate.parquet"

    def report(self, study: str) -> Path:
        """Locate the self-contained HTML report."""
        return self.results / "report" / study / "report.html"

    def track(self, study: str) -> Path:
        """Locate what was written to the tracking store."""
        return self.results / "track" / f"{study}.json"
