"""The configuration models as JSON Schemas for editors; tables of the keys and known columns for `config/README.md`.

``python -m stratify.config.reference`` in the repository writes them again; a test keeps them in step.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stratify.config.closed import Closed
from stratify.config.dataset import DatasetConfig
from stratify.config.run import RunConfig
from stratify.config.source import SourceConfig
from stratify.config.study import StudyConfig
from stratify.harmonize.units import unit_of
from stratify.harmonize.vocabulary import CHARACTERISTICS, OUTCOME_ENDINGS, OUTCOMES, Term

MODELS: dict[str, type[Closed]] = {
    "config": RunConfig,
    "source": SourceConfig,
    "dataset": DatasetConfig,
    "study": StudyConfig,
}
FILES = {
    "config": "config/config.yaml",
    "source": "config/sources/<id>.yaml",
    "dataset": "config/datasets/<id>.yaml",
    "study": "config/studies/<id>.yaml",
}


def schema_files() -> dict[str, str]:
    """Make the JSON Schemas.

    Returns
    -------
    dict of str to str
        File name in `workflow/schemas` to its text.
    """
    return {
        f"{name}.schema.json": json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        for name, model in MODELS.items()
    }


def key_tables() -> str:
    """Make the tables of keys, one a section of a file, in Markdown."""
    parts = []
    for name, model in MODELS.items():
        schema = model.model_json_schema()
        parts.append(f"### `{FILES[name]}`\n\n{_table(schema, schema)}")
        parts += [
            f"#### {title}\n\n{definition.get('description', '').strip()}\n\n{_table(schema, definition)}"
            for title, definition in _sections(schema)
        ]
    return "\n\n".join(parts)


def vocabulary_tables() -> str:
    """Make the tables of known columns in Markdown."""
    endings = {f"<outcome>{ending}": term for ending, term in OUTCOME_ENDINGS.items()}
    return (
        "### Characteristics, under `columns`\n\n"
        f"{_terms(CHARACTERISTICS)}\n\n"
        "`timepoint` and `arm` have keys of their own in the dataset file.\n\n"
        "### Outcomes, under `endpoints`\n\n"
        f"{_terms(OUTCOMES | endings)}"
    )


def with_tables(readme: str) -> str:
    """Replace the parts of the README between markers by the tables.

    Parameters
    ----------
    readme
        Text with the lines ``<!-- keys: begin -->``, ``<!-- keys: end -->`` and the same for ``vocabulary``.

    Returns
    -------
    str
    """
    for part, tables in {"keys": key_tables(), "vocabulary": vocabulary_tables()}.items():
        begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
        before, _, rest = readme.partition(begin)
        readme = f"{before}{begin}\n\n{tables}\n\n{end}{rest.partition(end)[2]}"
    return readme


def _terms(terms: Mapping[str, Term]) -> str:
    rows = ["| name | kind | unit | plausible | levels | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    for name, term in terms.items():
        plausible = "{:g} to {:g}".format(*term.plausible) if term.plausible else ""
        levels = ", ".join(f"`{level}`" for level in term.levels or ())
        cells = [f"`{name}`", term.kind, f"`{unit}`" if (unit := unit_of(name)) else "", plausible, levels]
        rows.append(f"| {' | '.join([*cells, term.description])} |")
    return "\n".join(rows)


def _sections(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(title, _long_form(schema["$defs"][title])) for title in sorted(schema.get("$defs", {}))]


def _long_form(definition: dict[str, Any]) -> dict[str, Any]:
    """Of a section that can also be written short, the long form."""
    return next((form for form in definition.get("anyOf", []) if "properties" in form), definition)


def _table(schema: dict[str, Any], definition: dict[str, Any]) -> str:
    required = set(definition.get("required", []))
    rows = ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for key, value in definition["properties"].items():
        default = f"`{json.dumps(value['default'], ensure_ascii=False)}`" if "default" in value else "empty"
        default = "required" if key in required else default
        meaning = " ".join(str(value.get("description", "")).split())
        rows.append(f"| `{key}` | {_type(schema, value)} | {default} | {meaning} |".replace(r"\|", "|"))
    return "\n".join(rows)


def _type(schema: dict[str, Any], value: dict[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rsplit("/", 1)[-1]
    constants = value.get("enum") or ([value["const"]] if "const" in value else [])
    if constants:
        return ", ".join(f"`{option}`" for option in constants)
    options = value.get("anyOf") or value.get("oneOf")
    if options:
        return " or ".join(_type(schema, option) for option in options if option.get("type") != "null")
    if value.get("type") == "array":
        return f"list of {_type(schema, value['items'])}" if value.get("items") else "list"
    members = [*value.get("patternProperties", {}).values(), value.get("additionalProperties")]
    if isinstance(members[0], dict):
        return f"mapping to {_type(schema, members[0])}"
    return str(value.get("type", "any"))


def write_reference(root: Path) -> None:
    """Write the schemas and the tables into a checkout of the repository.

    Parameters
    ----------
    root
        The repository.
    """
    for name, text in schema_files().items():
        (root / "workflow" / "schemas" / name).write_text(text, encoding="utf-8")
    readme = root / "config" / "README.md"
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_reference(Path.cwd())
