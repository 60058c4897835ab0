"""The house: which package may know which, read from the syntax trees. Lazy and relative imports count too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Inside a package imports go inwards: a layer may import those to the right of it.
LAYERS = ["urls", "management", "views", "forms", "actions", "readings", "access", "models"]
PURE = {
    "rehab": {
        "charts",
        "conditions",
        "dosage",
        "figures",
        "hours",
        "ids",
        "icd",
        "icons",
        "protocol",
        "protocol_json",
        "strict_json",
    },
    "patients": {
        "adherence",
        "attention",
        "budget",
        "clashes",
        "decision_dates",
        "finding",
        "fit",
        "follow_ups",
        "moves",
        "opening",
        "phase_dates",
        "progression",
        "visits",
    },
}
# What every layer may use: words, refusals, roles. They import no layer themselves, but for types.
SHARED = {
    "rehab": {"condition_sentences", "errors", "icd_sentences", "roles", "sentences"},
    "patients": {"attention_sentences", "decision_sentences", "ledger_sentences", "sentences"},
}
# What joins the layers to Django and to other libraries, and what stands beside them.
EDGE = {
    "rehab": {"accounts", "apps", "audit", "freeze", "idle", "middleware", "settings", "templatetags", "wsgi"},
    "patients": {"apps", "converters", "demo", "freeze", "photos", "qr_code", "templatetags"},
}


def modules(package: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path, module: str, *, types_too: bool = True) -> Iterator[str]:
    """Every module that a file imports, wherever in the file, relative ones resolved."""
    tree = ast.parse(path.read_text())
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    skipped = set() if types_too else {id(n) for n in _type_checking_only(tree)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"import_module", "get_model"}:
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _type_checking_only(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for child in node.body:
                yield from ast.walk(child)


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_rehab_never_imports_patients() -> None:
    found = [
        f"{module} imports {name}"
        for path, module in modules("rehab")
        for name in imports(path, module)
        if name == "patients" or name.startswith("patients.")
    ]
    assert found == []


def test_rehab_names_patients_in_no_string_but_the_one_include() -> None:
    found = [
        f"{module}:{node.lineno} {node.value!r}"
        for path, module in modules("rehab")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("patients.")
        if "\n" not in node.value
    ]
    assert [f"{item.split(':')[0]} {item.split(' ', 1)[1]}" for item in found] == ["rehab.urls 'patients.urls'"]


@pytest.mark.django_db
def test_foreign_keys_follow_the_arrow_and_leave_no_trace_on_the_other_side() -> None:
    from django.apps import apps

    for model in apps.get_app_config("rehab").get_models():
        for field in model._meta.get_fields():
            if field.related_model is not None and field.concrete:
                assert field.related_model._meta.app_label == "rehab", f"{model.__name__}.{field.name}"
    for model in apps.get_app_config("patients").get_models():
        for field in model._meta.get_fields():
            if field.concrete and field.related_model and field.related_model._meta.app_label == "rehab":
                assert field.remote_field.hidden, f"{model.__name__}.{field.name} needs related_name='+'"


@pytest.mark.parametrize("package", ["rehab", "patients"])
def test_imports_go_inwards(package: str) -> None:
    found = []
    for path, module in modules(package):
        layer = layer_of(module)
        if layer not in LAYERS:
            continue
        for name in imports(path, module, types_too=False):
            other = layer_of(name)
            if name.startswith(f"{package}.") and other in LAYERS and LAYERS.index(other) < LAYERS.index(layer):
                found.append(f"{module} imports {name}")
    assert found == []


@pytest.mark.parametrize("package", ["rehab", "patients"])
def test_every_module_has_its_place(package: str) -> None:
    placed = {*LAYERS, *PURE[package], *SHARED[package], *EDGE[package], ""}
    assert {layer_of(module) for _path, module in modules(package)} <= placed
    there = {layer_of(module) for _path, module in modules(package)}
    assert PURE[package] | SHARED[package] | EDGE[package] <= there


@pytest.mark.parametrize("package", ["rehab", "patients"])
def test_words_and_refusals_know_no_layer(package: str) -> None:
    found = [
        f"{module} imports {name}"
        for path, module in modules(package)
        if layer_of(module) in SHARED[package]
        for name in imports(path, module, types_too=False)
        if name.startswith(("rehab.", "patients.")) and layer_of(name) in {*LAYERS, *EDGE["rehab"], *EDGE["patients"]}
    ]
    assert found == []


@pytest.mark.parametrize("package", ["rehab", "patients"])
def test_pure_modules_import_nothing_of_django_and_read_no_clock(package: str) -> None:
    found = []
    for path, module in modules(package):
        if layer_of(module) not in PURE[package]:
            continue
        for name in imports(path, module):
            inner = name.startswith(("rehab.", "patients."))
            if name.split(".")[0] in {"django", "environ"} or (
                inner and layer_of(name) not in PURE[name.split(".")[0]]
            ):
                found.append(f"{module} imports {name}")
        source = path.read_text()
        for clock in ("date.today(", "datetime.now(", "time.time(", "timezone.now("):
            if clock in source:
                found.append(f"{module} reads the clock")
    assert found == []


def test_no_code_asks_the_machine_which_day_it_is() -> None:
    found = [
        module
        for package in ("rehab", "patients")
        for path, module in modules(package)
        if "date.today(" in path.read_text() or "datetime.now(" in path.read_text()
    ]
    assert found == []


def test_the_clock_enters_at_the_edge() -> None:
    """Actions, models and readings are told the time; views, commands and middleware read it."""
    found = [
        module
        for package in ("rehab", "patients")
        for path, module in modules(package)
        if layer_of(module) in {"actions", "models", "readings", "access", "forms"}
        if "timezone.now(" in path.read_text() or "localdate(" in path.read_text()
    ]
    assert found == []


def test_no_other_file_than_the_freeze_registry_holds_raw_sql() -> None:
    words = (".raw(", ".extra(", "RawSQL", ".cursor()")
    found = [
        module
        for package in ("rehab", "patients")
        for path, module in modules(package)
        if module != "rehab.freeze" and any(word in path.read_text() for word in words)
    ]
    assert found == []


def test_the_top_level_holds_what_the_house_names_and_nothing_else() -> None:
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    top = {name.split("/")[0] for name in tracked if name}
    allowed = {
        ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "docs", "manage.py",
        "patients", "pyproject.toml", "rehab", "requirements-dev.txt", "requirements.txt", "static",
        "templates", "tests",
    }  # fmt: skip
    assert top <= allowed, top - allowed


def test_every_action_is_keyword_only_atomic_and_told_by_whom_and_when() -> None:
    reference_data = {"rehab.actions.icd.load_codes"}  # belongs to no clinic, so nobody's act
    found = []
    for package in ("rehab", "patients"):
        for path, module in modules(package):
            if layer_of(module) != "actions":
                continue
            for node in ast.parse(path.read_text()).body:
                if not isinstance(node, ast.FunctionDef) or not any(
                    ast.unparse(d) == "transaction.atomic" for d in node.decorator_list
                ):
                    continue
                names = {a.arg for a in node.args.kwonlyargs}
                told = "at" in names or f"{module}.{node.name}" in reference_data
                if node.args.args or not told:
                    found.append(f"{module}.{node.name}")
    assert found == []


def test_patient_rows_are_reached_through_the_scope_only() -> None:
    """In views, `Model.objects` of a patient's rows is used for nothing but the two doors of `Patient.objects`."""
    scoped = {
        "Acknowledgement", "Addendum", "CheckIn", "DealtWith", "Decision", "Episode", "ExerciseLog", "Handover",
        "Invitation", "KeptExercise", "OwnExercise", "Patient", "Plan", "PlanPhase", "PlanSpan", "Prescription",
        "PrintedSheet", "SessionExercise", "TreatmentSession", "Visit", "VisitEvent",
    }  # fmt: skip
    found = []
    for path, module in modules("patients"):
        if layer_of(module) not in {"views", "forms"}:
            continue
        tree = ast.parse(path.read_text())
        calls = {id(n.value): n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        for node in ast.walk(tree):
            row = getattr(node.value, "id", "") if isinstance(node, ast.Attribute) else ""
            manager = row in scoped and isinstance(node, ast.Attribute) and node.attr == "objects"
            if manager and not (row == "Patient" and calls.get(id(node)) in {"visible_to", "receivable_by"}):
                found.append(f"{module}:{node.lineno} {ast.unparse(node)}")
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in {"get_object_or_404", "get_list_or_404"} and getattr(node.args[0], "id", "") in scoped:
                found.append(f"{module}:{node.lineno} {ast.unparse(node)}")
    assert found == []
