"""The model that is registered: trained on everyone, with its card."""

from collections.abc import Mapping

import pandas as pd

from stratify import __version__
from stratify.assemble.features import model_features
from stratify.assemble.signatures.rank_methods import RANK_METHODS
from stratify.config.dataset import DatasetConfig
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.tuning import Tuned
from stratify.score.card import ModelCard, feature_ranges
from stratify.score.model import PatientModel


def final_model(
    experiment: Experiment, *, datasets: Mapping[str, DatasetConfig], tuned: Tuned, train: pd.DataFrame
) -> PatientModel:
    """Join the pipeline fitted on all training patients with its card.

    Parameters
    ----------
    experiment
        The study, the model's name, the cohorts and the signatures.
    datasets
        The datasets it was trained on, for the unit of expression values.
    tuned
        The tuned pipeline, trained on the rows of `train`.
    train
        Training rows of the study table.

    Returns
    -------
    PatientModel
    """
    study = experiment.study
    features = model_features(study, train.columns)
    units = {
        modality.harmonized_unit
        for dataset in datasets.values()
        for modality in dataset.modalities.values()
        if modality.namespace == "gene"
    }
    signatures = {key: signature for key, signature in experiment.signatures.items() if f"sig.{key}" in features}
    ranked = any(signature.method in RANK_METHODS for signature in signatures.values())
    card = ModelCard(
        study=experiment.name,
        model=experiment.model,
        title=study.title,
        question=study.question,
        positive=study.positive,
        endpoint=study.endpoint.model_dump(mode="json"),
        transductive_reason=study.transductive_reason if study.transductive else None,
        caveats=study.caveats,
        features=feature_ranges(train[features]),
        signatures=signatures,
        gene_universe=(experiment.universe or []) if ranked else [],
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
