"""Code, schemas and documentation say the same."""

from pathlib import Path

from stratify.config.reference import MODELS, key_tables, schema_files, with_key_tables

ROOT = Path(__file__).parents[2]
AGAIN = "run `python -m stratify.config.reference` in the repository and commit what it wrote"


def test_the_schemas_are_those_of_the_models():
    for name, text in schema_files().items():
        assert (ROOT / "workflow" / "schemas" / name).read_text(encoding="utf-8") == text, AGAIN


def test_the_readme_lists_every_key():
    readme = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
    assert with_key_tables(readme) == readme, AGAIN


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
