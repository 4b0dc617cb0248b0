"""The model that is registered: trained on everyone, with its card."""

from collections.abc import Mapping

import pandas as pd

from stratify import __version__
from stratify.assemble.features import model_features
from stratify.assemble.signatures import Signature
from stratify.config.dataset import DatasetConfig
from stratify.config.study import StudyConfig
from stratify.fit.tuning import Tuned
from stratify.score.card import ModelCard, feature_ranges
from stratify.score.model import PatientModel


def final_model(
    name: str,
    study: StudyConfig,
    *,
    datasets: Mapping[str, DatasetConfig],
    model: str,
    tuned: Tuned,
    train: pd.DataFrame,
    signatures: Mapping[str, Signature],
) -> PatientModel:
    """Join the pipeline fitted on all training patients with its card.

    Parameters
    ----------
    name
        Study identifier.
    study
        The study.
    datasets
        The datasets it was trained on, for the unit of expression values.
    model
        Name of the model.
    tuned
        The tuned pipeline, trained on the rows of `train`.
    train
        Training rows of the study table.
    signatures
        The catalogue.

    Returns
    -------
    PatientModel
    """
    features = model_features(study, train.columns)
    units = {
        modality.harmonized_unit
        for dataset in datasets.values()
        for modality in dataset.modalities.values()
        if modality.namespace == "gene"
    }
    card = ModelCard(
        study=name,
        model=model,
        title=study.title,
        question=study.question,
        positive=study.positive,
        endpoint=study.endpoint.model_dump(mode="json"),
        transductive_reason=study.transductive_reason if study.transductive else None,
        features=feature_ranges(train[features]),
        signatures={key: signature for key, signature in signatures.items() if f"sig.{key}" in features},
        expression_unit=units.pop() if len(units) == 1 else None,
        cut_offs=list(study.strata.declared_probabilities),
        strata=list(study.strata.labels),
        parameters=tuned.parameters,
        n_patients=len(train),
        n_positive=int(train["y"].sum()),
        cohorts=list(datasets),
        package_version=__version__,
    )
    return PatientModel(tuned.pipeline, card)
