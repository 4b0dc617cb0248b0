"""Code, schemas and documentation say the same."""

from pathlib import Path

from stratify.config.reference import MODELS, key_tables, schema_files, vocabulary_tables, with_tables
from stratify.harmonize.vocabulary import VOCABULARY

ROOT = Path(__file__).parents[2]
AGAIN = "run `python -m stratify.config.reference` in the repository and commit what it wrote"


def test_the_schemas_are_those_of_the_models():
    for name, text in schema_files().items():
        assert (ROOT / "workflow" / "schemas" / name).read_text(encoding="utf-8") == text, AGAIN


def test_the_readme_lists_every_key_and_known_column():
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert with_tables(readme) == readme, AGAIN


def test_the_tables_of_known_columns():
    rows = vocabulary_tables().splitlines()
    assert "| `age_years` | number | `year` | 0 to 110 |  | age at baseline |" in rows
    assert "| `sex` | category |  |  | `female`, `male` | sex as recorded by the source |" in rows
    assert "| `<outcome>_days` | number | `day` |  |  | time from baseline to event or censoring |" in rows
    assert all(sum(row.startswith(f"| `{name}` |") for row in rows) == 1 for name in VOCABULARY)


def test_every_key_is_described():
    rows = [row for row in key_tables().splitlines() if row.startswith("| `")]
    assert len(rows) > 60
    undescribed = [row for row in rows if row.rstrip(" |").endswith(("required", "`null`", "empty"))]
    assert not undescribed


def test_no_schema_is_open():
    def objects(node):
        if isinstance(node, dict):
            if "properties" in node:
                yield node
            for child in node.values():
                yield from objects(child)
        elif isinstance(node, list):
            for child in node:
                yield from objects(child)

    for model in MODELS.values():
        assert all(node["additionalProperties"] is False for node in objects(model.model_json_schema()))
