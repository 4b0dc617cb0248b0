"""Put the report together: figures, tables, sentences, one template."""

import re
from collections.abc import Collection
from functools import cache

import jinja2
from markupsafe import Markup, escape

from stratify import RESEARCH_USE_ONLY
from stratify.report import held_out, tables
from stratify.report.canaries import canary_groups
from stratify.report.caveats import caveats
from stratify.report.endpoint import endpoint_words
from stratify.report.held_out.verdict import held_out_verdict
from stratify.report.held_out.view import HeldOutView
from stratify.report.illustrations import illustrate
from stratify.report.names import is_feature, model_title
from stratify.report.numbers import ABSENT, count, number, p_value, percent
from stratify.report.results import Place, StudyResults
from stratify.report.signatures import signature_rows
from stratify.report.sources import source_record
from stratify.report.strata import strata_doubt
from stratify.report.style import to_svg
from stratify.report.verdict import comparator_words, verdict
from stratify.report.wording import GLOSSARY, HELD_OUT_GLOSSARY, sections, workflow_command
from stratify.wording import counted


def render(results: StudyResults) -> str:
    """Write the report of a study as one HTML page that needs nothing else.

    The bytes depend on the arguments alone.

    Parameters
    ----------
    results
        A study's artifacts.

    Returns
    -------
    str
        HTML; every text from configuration and artifacts is escaped.
    """
    figures = {
        name: Markup(to_svg(drawn.figure, name, drawn.alternative))  # noqa: S704 - the markup is our own
        for name, drawn in illustrate(results).items()
    }
    parts = _held_out_parts(results) if results.held_out else _within_parts(results)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            r=results,
            study=results.study,
            lead=results.models[0],
            figures=figures,
            sections=sections(held_out=results.held_out, sensitivity=len(results.sensitivity) > 0),
            endpoint=endpoint_words(results.study.endpoint),
            strongest=tables.biomarker_rows(results),
            tested=tables.tested_features(results),
            signatures=signature_rows(results),
            canaries=canary_groups(results.canaries, results.patient_ids),
            choice=tables.choice_rows(results),
            caveats=caveats(results),
            workflow=workflow_command(results.name),
            sources=[source_record(*pair) for pair in results.provenance.manifests.items()],
            **parts,
        )
    )


def _within_parts(results: StudyResults) -> dict[str, object]:
    """Prepare what only the report of a cross-validated cohort shows."""
    best, named = results.best_comparator, _named_features(results)
    rates = results.strata_of(results.headline.cohort)
    return {
        "verdict": feature_names_as_code(verdict(results), named),
        "best_comparator": feature_names_as_code(comparator_words(results, best), named) if best else "",
        "places": {Place(name): results.datasets[name].title for name in dict.fromkeys(results.outer["cohort"])},
        "strata": tables.strata_rows(rates),
        "strata_doubt": strata_doubt(rates),
        "glossary": GLOSSARY,
    }


def _held_out_parts(results: StudyResults) -> dict[str, object]:
    """Prepare what only the report of held-out cohorts shows."""
    view = HeldOutView(results)
    return {
        "verdict": feature_names_as_code(held_out_verdict(view), _named_features(results)),
        "v": view,
        "held_out": held_out,
        "glossary": {term: text for term, text in GLOSSARY.items() if term != "Out of fold"} | HELD_OUT_GLOSSARY,
    }


def _named_features(results: StudyResults) -> set[str]:
    group = results.study.group_by
    return {*results.outer["model"], *([group] if group else [])}


def feature_names_as_code(text: str, names: Collection[str]) -> Markup:
    """Escape a sentence and set the features named in it in a fixed-width face.

    Parameters
    ----------
    text
        Plain text.
    names
        Names of models; those of features are marked.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> feature_names_as_code("a < gene.CXCL9", ["gene.CXCL9"])
    Markup('a &lt; <code>gene.CXCL9</code>')
    """
    features = sorted((name for name in names if is_feature(name)), key=len, reverse=True)
    if not features:
        return escape(text)
    parts = re.split("(" + "|".join(map(re.escape, features)) + ")", text)
    marked = [Markup("<code>{}</code>").format(part) if part in features else escape(part) for part in parts]
    return Markup("").join(marked)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stratify.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": count,
        "number": number,
        "percent": percent,
        "p_value": p_value,
        "model_title": model_title,
    }
    environment.tests |= {"feature": is_feature}
    environment.globals |= {
        "counted": counted,
        "absent": ABSENT,
        "tables": tables,
        "research_use_only": RESEARCH_USE_ONLY,
    }
    return environment
