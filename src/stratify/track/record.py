"""What a run in MLflow shows, made from a study's results without MLflow."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stratify import RESEARCH_USE_ONLY
from stratify.artifacts.fit import COMPARATORS
from stratify.config.published import COHORT_RELATIVE, COHORT_RELATIVE_MEANS
from stratify.config.search import effective_search
from stratify.evaluate.rows import ALL
from stratify.evaluate.subgroups import WITHOUT_DUPLICATES
from stratify.score import ModelCard
from stratify.track.digest import table_digest, value_digest
from stratify.track.inputs import addresses
from stratify.track.markdown import as_plain
from stratify.track.results import Cohort, Provenance, StudyResults
from stratify.wording import counted

FORMAT = 3
"""Part of every digest: raised when the content of runs changes shape, so that stores are rewritten."""

LONGEST_PARAMETER = 500
INNER = "inner_"
ROLE_PREFIX = {"cv": "", "external": "external_", "internal": "internal_", "all": "held_out_", "train": "train_"}


@dataclass(frozen=True)
class RunRecord:
    """One run: its name, digest and what it logs.

    `digest` is over the content of the inputs concerned, never over file times, the code's commit or the clock.
    """

    name: str
    role: str
    digest: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    note: str
    card: ModelCard | None = field(default=None, repr=False)


def child_records(results: StudyResults, provenance: Provenance) -> list[RunRecord]:
    """Describe one run per trained model and per comparator.

    Parameters
    ----------
    results
        Outputs of the study.
    provenance
        Version of the code.

    Returns
    -------
    list of RunRecord
        Models in the study's order, then comparators.
    """
    models = [_model_record(results, name, provenance) for name in results.models]
    return models + [_comparator_record(results, name, provenance) for name in results.comparators]


def parent_record(results: StudyResults, children: list[RunRecord], provenance: Provenance) -> RunRecord:
    """Describe the run of the whole execution.

    Its metrics are the champion's, so that executions can be compared with each other.

    Parameters
    ----------
    results
        Outputs of the study.
    children
        As `child_records` gives them.
    provenance
        Version of the code.

    Returns
    -------
    RunRecord
    """
    digest = value_digest(
        {
            "format": FORMAT,
            "children": {child.name: child.digest for child in children},
            "config": config_digest(results),
            "comparisons": table_digest(results.comparisons),
            "canaries": table_digest(results.canaries),
            "univariate": table_digest(results.univariate),
            "sensitivity": table_digest(results.sensitivity),
            "champion": results.champion,
        }
    )
    command = _command(results, provenance, "track", f"{results.study}.json")
    champion = next((child for child in children if child.name == results.champion), None)
    lines = [f"**{as_plain(results.config.title)}**", as_plain(results.config.question)]
    lines.append(f"Champion: `{results.champion}`." if champion else "No champion: no candidate's canaries passed.")
    return RunRecord(
        name=f"{results.study} {digest[:8]}",
        role="execution",
        digest=digest,
        params=_study_params(results),
        metrics=champion.metrics if champion else {},
        tags=_tags(results, provenance, digest, command) | {"champion": results.champion or "none"},
        note="\n\n".join([*lines, f"Run again: `{command}`", RESEARCH_USE_ONLY]),
    )


def config_digest(results: StudyResults) -> str:
    """Digest the study file as understood, so that comments and layout do not count."""
    return value_digest(results.config.model_dump(mode="json"))


def run_metrics(metrics: pd.DataFrame, model: str) -> dict[str, float]:
    """Name a model's estimates the same in every run.

    Parameters
    ----------
    metrics
        Rows of `metrics.parquet`.
    model
        Model or comparator.

    Returns
    -------
    dict of str to float
        ``auroc``, ``auroc_low``, ``auroc_high`` for cross-validation; ``train_auroc``, ``external_auroc`` and so on
        for the other roles. Where a role has several cohorts, ``<cohort>.external_auroc``; pooled over cohorts,
        ``weighted_mean.external_auroc``, and ``weighted_mean.held_out_auroc`` over all held-out cohorts;
        ``mean_of_cohorts.held_out_auroc`` and so on where every cohort counts the same. Of held-out cohorts, patients
        who look like training patients are left out, as are null estimates.
    """
    rows = headline(metrics)
    rows = rows[rows["model"] == model]
    cohorts = metrics[~metrics["metric"].str.startswith(INNER)].groupby("role")["cohort"].nunique()
    named: dict[str, float] = {}
    for row in rows.to_dict("records"):
        role, metric = str(row["role"]), str(row["metric"])
        inner = metric.startswith(INNER)
        cohort = f"{row['cohort']}." if not inner and cohorts[role] > 1 else ""
        name = f"{cohort}{'' if inner else ROLE_PREFIX[role]}{metric}"
        values = {name: row["estimate"], f"{name}_low": row["low"], f"{name}_high": row["high"]}
        named |= {key: float(value) for key, value in values.items() if pd.notna(value)}
    return named


def headline(metrics: pd.DataFrame) -> pd.DataFrame:
    """Take the estimates a run shows: of everyone, without suspected duplicates where there are any.

    Parameters
    ----------
    metrics
        Rows of `metrics.parquet`.

    Returns
    -------
    DataFrame
        Some of the rows.
    """
    apart = metrics.loc[metrics["subgroup"] == WITHOUT_DUPLICATES, "role"].unique()
    shown = metrics["role"].isin(apart).map({True: WITHOUT_DUPLICATES, False: ALL})
    return metrics[metrics["subgroup"] == shown]


def _model_record(results: StudyResults, name: str, provenance: Provenance) -> RunRecord:
    model = results.models[name]
    tuning = model.tuning
    command = _command(results, provenance, "fit", results.study, name, "predictions.parquet")
    search = effective_search(name, results.config.models[name].search)
    fitted = {"tuning": table_digest(tuning), "card": model.card.model_dump(mode="json"), "search": search}
    digest = _child_digest(results, name, fitted)
    canaries = results.canaries[results.canaries["model"] == name]
    passed = bool(canaries["passed"].fillna(value=False).all())
    params = _study_params(results) | {
        **{key: _text(value) for key, value in _flat(model.card.parameters).items()},
        **{f"search.{key}": _text(values) for key, values in search.items()},
        "n_patients": str(model.card.n_patients),
        "n_positive": str(model.card.n_positive),
        "n_features": str(len(model.card.features)),
        "n_candidates": str(tuning["parameters"].nunique()),
    }
    return RunRecord(
        name=name,
        role="model",
        digest=digest,
        params=params,
        metrics=run_metrics(results.metrics, name),
        tags=_tags(results, provenance, digest, command) | {"model": name, "canaries_passed": str(passed).lower()},
        note=model_note(results, name, command),
        card=model.card,
    )


def _comparator_record(results: StudyResults, name: str, provenance: Provenance) -> RunRecord:
    command = _command(results, provenance, "fit", results.study, COMPARATORS, "predictions.parquet")
    digest = _child_digest(results, name, {})
    mark = f" ({COHORT_RELATIVE_MEANS})" if name in COHORT_RELATIVE else ""
    return RunRecord(
        name=name,
        role="comparator",
        digest=digest,
        params=_study_params(results),
        metrics=run_metrics(results.metrics, name),
        tags=_tags(results, provenance, digest, command) | {"model": name},
        note=f"Comparator `{name}`{mark} of the study *{as_plain(results.config.title)}*.\n\n{RESEARCH_USE_ONLY}",
    )


def _command(results: StudyResults, provenance: Provenance, *target: str) -> str:
    """Give the command that makes a result again, also where the study is not among the default configuration's."""
    path = provenance.results.joinpath(*target).as_posix()
    studies = f"studies={json.dumps([results.study])}"
    return f"snakemake --cores all --config {shlex.quote(studies)} --force {shlex.quote(path)}"


def _child_digest(results: StudyResults, name: str, more: Mapping[str, Any]) -> str:
    parts = {
        "format": FORMAT,
        "model": name,
        "data": table_digest(results.table),
        "predictions": table_digest(_rows(results.predictions, name)),
        "metrics": table_digest(_rows(results.metrics, name)),
        "canaries": table_digest(_rows(results.canaries, name)),
        **more,
    }
    return value_digest(parts)


def _rows(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[table["model"] == name]


def model_note(results: StudyResults, name: str, command: str) -> str:
    """Describe a model for its run, its registered version and its readers, in Markdown.

    Parameters
    ----------
    results
        Outputs of the study.
    name
        A trained model.
    command
        What makes it again.

    Returns
    -------
    str
        Research use only, performance with intervals, source data, caveats, the model's signatures with citation,
        command.
    """
    card = results.models[name].card
    patients = counted(card.n_patients, "patient")
    parts = [
        f"**{RESEARCH_USE_ONLY}**",
        f"Model `{name}` of the study *{as_plain(results.config.title)}*: {as_plain(results.config.question)}",
        f"Gives the probability of {as_plain(card.positive)}; trained on {patients}, {card.n_positive} positive.",
        "Performance (95 % interval):\n" + "\n".join(_performance_lines(results.metrics, name)),
        "Data:\n" + "\n".join(_data_line(cohort) for cohort in results.cohorts.values()),
        *(["Caveats:\n" + "\n".join(f"- {as_plain(caveat)}" for caveat in card.caveats)] if card.caveats else []),
        *_signature_parts(card),
        f"Made again by `{command}`",
    ]
    if card.transductive_reason:
        parts.insert(3, f"Transductive: {as_plain(card.transductive_reason)}")
    return "\n\n".join(parts)


def _data_line(cohort: Cohort) -> str:
    source = cohort.source
    if source.package is not None:
        origin = f"`{source.package.name}=={source.package.version}`"
    else:
        origin = ", ".join(addresses(source)) or "files placed by hand"
    about = f"{as_plain(source.citation)}; licence: {as_plain(source.licence)}"
    return f"- {as_plain(cohort.dataset.title)} ({origin}; {about})"


def _signature_parts(card: ModelCard) -> list[str]:
    lines = [
        f"- `sig.{name}`: {as_plain(signature.citation)}{f' (PMID {signature.pmid})' if signature.pmid else ''}"
        for name, signature in sorted(card.signatures.items())
    ]
    return ["Signatures:\n" + "\n".join(lines)] if lines else []


def _performance_lines(metrics: pd.DataFrame, name: str) -> list[str]:
    rows = headline(metrics)
    rows = rows[(rows["model"] == name) & (rows["role"] != "train")]
    return [
        f"- {row['metric']} {row['estimate']:.3f}{_interval(row)}, {row['cohort']}, {row['role']}, n = {row['n']}"
        for row in rows.to_dict("records")
        if pd.notna(row["estimate"])
    ]


def _interval(row: Mapping[Any, Any]) -> str:
    return f" ({row['low']:.3f} to {row['high']:.3f})" if pd.notna(row["low"]) and pd.notna(row["high"]) else ""


def _study_params(results: StudyResults) -> dict[str, str]:
    content = results.config.model_dump(mode="json")
    shown = {key: content[key] for key in ("endpoint", "design", "seed", "transductive")}
    return {key: _text(value) for key, value in _flat(shown).items()}


def _tags(results: StudyResults, provenance: Provenance, digest: str, command: str) -> dict[str, str]:
    tags = {
        "study": results.study,
        "input_digest": digest,
        "data_digest": table_digest(results.table),
        "config_digest": config_digest(results),
        "package_version": provenance.package_version,
        "rerun_command": command,
        "research_use_only": "true",
    }
    if provenance.git_commit:
        tags |= {"git_commit": provenance.git_commit, "git_dirty": str(provenance.git_dirty).lower()}
    return tags


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one, keys joined by dots."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_PARAMETER else text[: LONGEST_PARAMETER - 1] + "…"
