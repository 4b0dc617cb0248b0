# Reads and checks the configuration once; the rules below only ask what it says.
import json
import os
import re
import time
from pathlib import Path

from snakemake.exceptions import WorkflowError

from stratify.artifacts.fit import COMPARATORS
from stratify.artifacts.layout import Layout
from stratify.artifacts.place import check_writable, nearly_full
from stratify.artifacts.store import read_json
from stratify.config import RunConfig, load_dataset, load_source, load_study, validate
from stratify.config.published import COHORT_RELATIVE
from stratify.errors import StratifyError
from stratify.stage_code import code_digest
from stratify.track.connection import check_tracking_uri
from stratify.track.store import record_is_stale

LAYOUT = Layout(Path("results"))
RAW = "data/raw"
FIRST = "first"


def study_file(study):
    return f"config/studies/{study}.yaml"


def dataset_file(dataset):
    return f"config/datasets/{dataset}.yaml"


def source_file(source):
    return f"config/sources/{source}.yaml"


WRITTEN = [Path(folder) for folder in (".snakemake", "logs", RAW, LAYOUT.results)]

try:
    check_writable(WRITTEN)
    RUN = validate(RunConfig, config, " + ".join(map(str, workflow.configfiles)))
    STUDIES = {name: load_study(Path(study_file(name))) for name in RUN.studies}
    DATASETS = {
        name: load_dataset(Path(dataset_file(name)))
        for study in STUDIES.values()
        for name in study.datasets.every
    }
    SOURCES = {
        name: load_source(Path(source_file(name)))
        for name in sorted(
            {source for dataset in DATASETS.values() for source in dataset.sources}
        )
    }
    TRACKING_URI = os.environ.get("MLFLOW_TRACKING_URI") or RUN.tracking_uri
    check_tracking_uri(TRACKING_URI)
except StratifyError as error:
    raise WorkflowError(str(error)) from None


def occasion(study):
    """Why a study is tracked: what its record says, or something new where the store no longer has that record.

    A record of runs in a store that is gone, or in another store, is no record, and the study is tracked again.
    """
    record = LAYOUT.track(study)
    if record_is_stale(record, TRACKING_URI):
        return f"store-without-record-{time.time_ns()}"
    return read_json(record).get("occasion", FIRST) if record.is_file() else FIRST


# Asked once: Snakemake asks a rule's parameters again after it took the old record away.
OCCASIONS = {study: occasion(study) for study in STUDIES}


wildcard_constraints:
    source="|".join(map(re.escape, SOURCES)),
    study="|".join(map(re.escape, STUDIES)),
    model="|".join(
        {re.escape(name) for study in STUDIES.values() for name in study.models}
    ),


def section(*keys, **parts):
    """What the study file says under some keys, or parts of them: the rule reruns when that changes, and only then."""
    included = dict.fromkeys(keys, True) | {
        key: set(part) for key, part in parts.items()
    }

    def read(wildcards):
        content = STUDIES[wildcards.study].model_dump(mode="json", include=included)
        return json.dumps(content, sort_keys=True)

    return read


def model_section(wildcards):
    """What the study file says of one model, and of everything else a fit depends on."""
    study = STUDIES[wildcards.study]
    content = study.model_dump(
        mode="json",
        exclude={
            "models",
            "champion",
            "biomarkers",
            "biomarker_models",
            "comparators",
            "reference",
            "outer_results_seen",
            "sensitivity",
            "caveats",
            "group_by",
        },
    )
    search = study.models[wildcards.model].model_dump(mode="json")
    chosen_by = study.champion.metric if study.design.inner == "leave_one_out" else None
    curve = study.learning_curve is not None and wildcards.model in study.candidates
    return json.dumps([content, search, chosen_by, curve], sort_keys=True)


def signature_files(wildcards):
    return [
        f"data/reference/{name}.yaml" for name in STUDIES[wildcards.study].signatures
    ]


def dataset_files(wildcards):
    return [dataset_file(name) for name in STUDIES[wildcards.study].datasets.every]


def source_files(wildcards):
    return sorted(
        {
            source_file(source)
            for name in STUDIES[wildcards.study].datasets.every
            for source in DATASETS[name].sources
        }
    )


def manifests(wildcards):
    return sorted(
        {
            LAYOUT.manifest(source)
            for name in STUDIES[wildcards.study].datasets.every
            for source in DATASETS[name].sources
        }
    )


def findings(wildcards):
    return [LAYOUT.findings(name) for name in STUDIES[wildcards.study].datasets.every]


def harmonized(wildcards):
    """The tables of a study's cohorts."""
    return [
        path
        for name in STUDIES[wildcards.study].datasets.every
        for path in (
            LAYOUT.clinical(name),
            *(
                LAYOUT.modality(name, modality)
                for modality in DATASETS[name].modalities
            ),
        )
    ]


def read_by_comparators(wildcards):
    """Samples and cohorts of a study where a comparator reads whole cohorts; nothing elsewhere."""
    study = wildcards.study
    needed = COHORT_RELATIVE.intersection(STUDIES[study].comparators)
    return [LAYOUT.samples(study), *harmonized(wildcards)] if needed else []


def clinical_tables(wildcards):
    return [LAYOUT.clinical(name) for name in STUDIES[wildcards.study].datasets.every]


def for_sensitivity(wildcards):
    """What sensitivity analyses need to know of the patients, where a study asks for that."""
    study = wildcards.study
    asked = STUDIES[study].sensitivity.asks_of_patients
    return [LAYOUT.labels(study), LAYOUT.left_out(study)] if asked else []


def of_models(path):
    """The same artifact of every model of a study."""

    def list_paths(wildcards):
        return [
            path(wildcards.study, model) for model in STUDIES[wildcards.study].models
        ]

    return list_paths


def study_artifacts(study):
    """What a run hands over on one study."""
    yield from (
        LAYOUT.table(study),
        LAYOUT.attrition(study),
        LAYOUT.samples(study),
        LAYOUT.splits(study),
        LAYOUT.overlap(study),
        LAYOUT.overlap_summary(study),
        LAYOUT.predictions(study, COMPARATORS),
        LAYOUT.canary_measures(study, COMPARATORS),
        LAYOUT.metrics(study),
        LAYOUT.comparisons(study),
        LAYOUT.sensitivity(study),
        LAYOUT.canaries(study),
        LAYOUT.univariate(study),
        LAYOUT.report(study),
        LAYOUT.track(study),
    )
    if STUDIES[study].sensitivity.asks_of_patients:
        yield from (LAYOUT.labels(study), LAYOUT.left_out(study))
    for model in STUDIES[study].models:
        yield from (
            LAYOUT.model(study, model),
            LAYOUT.predictions(study, model),
            LAYOUT.tuning(study, model),
            LAYOUT.canary_measures(study, model),
        )


def artifacts():
    """Everything a run hands over. All of it is asked for: nobody would miss a file that is only on the way."""
    for source in SOURCES:
        yield LAYOUT.manifest(source)
    for name, dataset in DATASETS.items():
        yield from (LAYOUT.clinical(name), LAYOUT.findings(name))
        yield from (LAYOUT.modality(name, modality) for modality in dataset.modalities)
    for study in STUDIES:
        yield from study_artifacts(study)
