"""`stratify score`: score new patients with a registered or saved model."""

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from stratify.errors import StratifyError

if TYPE_CHECKING:
    import pandas as pd

    from stratify.score.model import PatientModel

logger = logging.getLogger(__name__)

MODEL_HELP = "models:/<study>@champion, models:/<study>/<version>, runs:/<run id>/model, a run id, or a model folder"
SHOWN = 20
TRACKING_HELP = "MLflow tracking store; else MLFLOW_TRACKING_URI, else sqlite:///mlflow.db"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `score`."""
    parser.add_argument("--model", required=True, help=MODEL_HELP)
    parser.add_argument(
        "--input", required=True, type=Path, help="one row a patient: csv, tsv, txt, parquet or xlsx, with a header"
    )
    parser.add_argument("--output", required=True, type=Path, help="where scores go: csv, tsv, txt, parquet or xlsx")
    parser.add_argument("--id", default="patient_id", help="column of the input with the patients' identifiers")
    parser.add_argument("--tracking-uri", help=TRACKING_HELP)


def run(args: argparse.Namespace) -> None:
    """Score the patients of a file."""
    from stratify.score.patients import check_format, read_patients, write_rows

    check_format(args.output)
    if _same_file(args.input, args.output):
        raise StratifyError(f"--input and --output are the same file, {args.input}; name another output")
    patients = read_patients(args.input, args.id)
    model = load_model(args.model, args.tracking_uri)
    _report_columns(model, list(patients.columns), str(args.input))
    scores = _scores(model, patients, str(args.input))
    write_rows(scores, args.output)
    _report_scores(model, scores)
    logger.info("wrote %s", args.output)
    logger.info(model.card.research_use_only)


def _same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, also where the file system takes no notice of case."""
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def _scores(model: "PatientModel", patients: "pd.DataFrame", where: str) -> "pd.DataFrame":
    try:
        return model.predict(patients)
    except StratifyError as error:
        raise StratifyError(f"{where}: {error}") from None


def _report_columns(model: "PatientModel", columns: list[str], where: str) -> None:
    """Say which columns are ignored and which features are not there."""
    from stratify.score.columns import check_columns

    try:
        lacking = check_columns(model, columns)
    except StratifyError as error:
        raise StratifyError(f"{where}: {error}") from None
    ignored = model.unknown_columns(columns)
    if ignored:
        more = f" and {len(ignored) - SHOWN} more" if len(ignored) > SHOWN else ""
        logger.info("columns the model does not know, ignored: %s%s", ", ".join(ignored[:SHOWN]), more)
    if lacking:
        logger.warning(lacking)


def _report_scores(model: "PatientModel", scores: "pd.DataFrame") -> None:
    from stratify.wording import counted

    counts = scores["stratum"].value_counts().reindex([*model.card.strata, "not_scored"], fill_value=0)
    strata = ", ".join(f"{label} {count}" for label, count in counts.items() if count or label != "not_scored")
    logger.info("%s (%s): probability of %s", model.card.title, model.card.model, model.card.positive)
    logger.info("%s: %s", counted(len(scores), "patient"), strata)
    outside = int(scores["outside_training_range"].sum())
    partial = int((scores["feature_coverage"] < 1).sum())
    logger.info("%d with missing features, %d with values outside the training range", partial, outside)
    if model.card.transductive_reason:
        logger.warning("caution, transductive study: %s", model.card.transductive_reason)


def load_model(reference: str, tracking_uri: str | None) -> "PatientModel":
    """Load a model by folder or by what the tracking store calls it; a folder needs no tracking store."""
    from stratify.score.model import PatientModel

    return PatientModel.load(_folder(reference, tracking_uri))


def _folder(reference: str, tracking_uri: str | None) -> Path:
    from stratify.score.persistence import find_model_folder

    if not reference.strip():
        raise StratifyError(f"--model: expected a model, found nothing; give {MODEL_HELP}")
    if Path(reference).is_dir():
        return find_model_folder(Path(reference))
    from stratify.track.connection import choose_tracking_uri
    from stratify.track.locate import locate_model

    return find_model_folder(locate_model(reference, choose_tracking_uri(tracking_uri)))
