import logging

import pytest

from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS
from stratify.artifacts.store import read_table
from stratify.cli import main


def evaluate(synthetic, folder):
    study_file, layout = synthetic.write(folder)
    return main(["evaluate", "--study", str(study_file), "--results", str(layout.results)]), layout


def test_the_command_writes_three_tables_and_names_the_champion(synthetic, tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        code, layout = evaluate(synthetic, tmp_path)
    assert code == 0
    metrics = read_table(METRICS, layout.metrics("toy"))
    assert set(metrics["study"]) == {"toy"}
    assert {"elastic_net", "prevalence", "gene.CXCL9", "treat_all"} <= set(metrics["model"])
    assert len(read_table(COMPARISONS, layout.comparisons("toy"))) == 12
    canaries = read_table(CANARIES, layout.canaries("toy"))
    assert canaries["passed"].all()
    fitted = {"row_order", "single_patient", "comparator_scores"}
    assert set(canaries["canary"]) == fitted | {"overlap", "attachment", "outer_results"}
    assert "all 15 canaries passed; champion: elastic_net" in caplog.text
    assert "elastic_net in north (cv): AUROC 0.664 (0.514 to 0.804), 60 patients, 22 events" in caplog.text


def test_the_same_input_gives_the_same_bytes(synthetic, tmp_path):
    contents = []
    for run in ("one", "two"):
        _, layout = evaluate(synthetic, tmp_path / run)
        contents.append([layout.metrics("toy").read_bytes(), layout.comparisons("toy").read_bytes()])
    assert contents[0] == contents[1]


def test_a_planted_failure_stops_the_run_after_the_tables_are_written(synthetic, tmp_path, capsys, caplog):
    synthetic.measures["value"] = [0, 0, 0.25, 0]
    code, layout = evaluate(synthetic, tmp_path)
    assert code == 2
    message = capsys.readouterr().err
    assert "1 of 15 canaries failed" in message
    assert "canary row_order of lightgbm (step assemble or fit) failed: change is 0.25, limit 1e-09" in message
    assert "canary row_order of lightgbm" in caplog.text
    assert layout.metrics("toy").is_file()
    assert layout.comparisons("toy").is_file()
    assert (~read_table(CANARIES, layout.canaries("toy"))["passed"]).sum() == 1


def test_a_planted_duplicate_stops_the_run(synthetic, tmp_path, capsys):
    genes = [name for name in synthetic.table if name.startswith("gene.")]
    synthetic.table.loc[7, genes] = synthetic.table.loc[3, genes]
    code, _ = evaluate(synthetic, tmp_path)
    assert code == 2
    assert "canary overlap of all (step assemble or split) failed" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["predictions", "tuning", "canary_measures"])
def test_a_missing_input_is_named(synthetic, tmp_path, capsys, missing):
    study_file, layout = synthetic.write(tmp_path)
    path = getattr(layout, missing)("toy", "lightgbm")
    path.unlink()
    assert main(["evaluate", "--study", str(study_file), "--results", str(layout.results)]) == 2
    assert f"{path}: no such file" in capsys.readouterr().err
