"""What every change must leave true: what serving may import, how large code may grow, what files may say."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "src" / "lenswright"
DECISIONS = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))

HIDDEN = ("tensorflow", "keras", "tf2onnx", "onnx", "torch")
HEAVY = ("sklearn", "scipy", "pandas", "matplotlib")
PROCESSES = {
    "the API": ("lenswright.web.app", "lenswright.web.serving", "lenswright.web.services"),
    "the dashboard": ("lenswright.dashboard.app", "lenswright.dashboard.serving"),
    "the prediction path": ("lenswright.inference.classifier", "lenswright.inference.live_model"),
    "the supervisor": ("lenswright.jobs.supervisor", "lenswright.jobs.desk"),
}
LONGEST_FILE, LONGEST_BODY, LONGEST_DECISION = 250, 40, 40
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])/(home|root|work|Users|workspace|private|mnt)/\w")


def python_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def tracked_files() -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True)
    return (REPOSITORY / name for name in listed.stdout.decode().split("\0") if name)


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("process", PROCESSES)
def test_it_starts_without_tensorflow_and_loads_nothing_heavy(process: str) -> None:
    done = run_python(
        f"import sys; sys.modules.update(dict.fromkeys({HIDDEN})); import {', '.join(PROCESSES[process])};"
        f"print(*sorted(set({HEAVY}) & set(sys.modules)))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_every_module_but_those_of_training_can_be_imported_without_tensorflow() -> None:
    names = [
        ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
        for file in python_files()
        if "training" not in file.parts and "migrations" not in file.parts
    ]
    done = run_python(f"import sys; sys.modules.update(dict.fromkeys({HIDDEN})); import {', '.join(names)}")
    assert done.returncode == 0, done.stderr


def test_numpy_multiplies_with_one_thread_unless_told_otherwise() -> None:
    said = "import os, lenswright; print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert run_python(f"import os; os.environ.pop('OPENBLAS_NUM_THREADS', 0); {said}").stdout.strip() == "1"
    assert run_python(f"import os; os.environ['OPENBLAS_NUM_THREADS'] = '3'; {said}").stdout.strip() == "3"


def test_imports_point_down_only() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(tool)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout


def test_no_file_is_too_long_to_be_read() -> None:
    lines = {str(file.relative_to(SOURCE)): len(file.read_text().splitlines()) for file in python_files()}
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_be_read() -> None:
    bodies = {
        f"{file.relative_to(SOURCE)}:{node.name}": body_lines(node)
        for file in python_files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: count for name, count in bodies.items() if count > LONGEST_BODY} == {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's statements, its docstring left out."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_packages_hide_nothing_in_their_init() -> None:
    full = [file for file in SOURCE.rglob("__init__.py") if file.read_text() and file.parent != SOURCE]
    assert full == []


@pytest.mark.parametrize("record", DECISIONS, ids=lambda file: file.name)
def test_a_decision_is_short_and_says_context_choice_and_cost(record: Path) -> None:
    text = record.read_text()
    assert len(text.splitlines()) <= LONGEST_DECISION
    assert text.startswith(f"# {record.name[:4]} ")
    assert [text.count(f"**{part}.**") for part in ("Context", "Choice", "Cost")] == [1, 1, 1]


def test_decisions_are_numbered_without_gaps() -> None:
    assert [record.name[:4] for record in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]


@pytest.mark.skipif(
    not (REPOSITORY / ".git").exists() or not shutil.which("git"), reason="not a git checkout"
)
def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    found = []
    for file in tracked_files():
        if file == Path(__file__) or not file.is_file():
            continue
        data = file.read_bytes()
        if b"\0" in data[:4096]:
            continue
        hits = MACHINE_PATH.finditer(data.decode(errors="replace"))
        found += [f"{file.relative_to(REPOSITORY)}: {hit.group()}" for hit in hits]
    assert found == []
