import os
import subprocess
import sys

import pytest

from stratify.cli import COMMANDS, STAGES, build_parser, main


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_complete_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert COMMANDS[command][1:] in text
    parser = build_parser(command)
    subparser = next(a for a in parser._actions if a.dest == "command").choices[command]
    assert all(action.help for action in subparser._actions)


def test_the_overview_lists_every_command(capsys):
    assert main([]) == 2
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)


def test_a_mistyped_command_is_named(capsys):
    assert main(["scor", "--model", "x"]) == 2
    assert "unknown command 'scor'; did you mean 'score'?" in capsys.readouterr().err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("stratify 0.")


def test_an_error_is_one_line_without_traceback_and_exit_code_2(tmp_path, capsys):
    code = main(["split", "--study", str(tmp_path / "nowhere.yaml")])
    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith("stratify split: error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_debug_shows_the_traceback(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        main(["split", "--debug", "--study", str(tmp_path / "nowhere.yaml")])


def test_an_unexpected_error_is_one_message_that_names_debug(monkeypatch, capsys, tmp_path):
    def broken(args):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("stratify.commands.split.run", broken)
    assert main(["split", "--study", "x"]) == 1
    error = capsys.readouterr().err
    assert "unexpected ZeroDivisionError: by zero" in error
    assert "--debug" in error


def test_help_is_quick_because_nothing_heavy_is_imported():
    code = (
        "import sys, stratify.cli; stratify.cli.build_parser();"
        "print([name for name in ('pandas', 'mlflow') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert shown.stdout.strip() == "[]"


def test_stages_stand_in_the_order_of_the_workflow():
    assert list(STAGES) == ["fetch", "harmonize", "assemble", "split", "fit", "evaluate", "discover", "report", "track"]
