"""The product's look: tags, components, layouts, stylesheets."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from rehab.icons import ICONS
from rehab.templatetags import look

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"


@dataclass
class Phase:
    number: int
    name: str
    first_week: int
    last_week: int | None
    needs_review: bool = False


PHASES = [
    Phase(1, "Settle", 1, 2),
    Phase(2, "Move", 3, 6, True),
    Phase(3, "Strengthen", 7, 12, True),
    Phase(4, "Return", 13, None),
]


def render(source: str, **context: object) -> str:
    return Template("{% load look %}" + source).render(Context(context))


def one_day(**given: object) -> SimpleNamespace:
    day = {"date": date(2026, 3, 2), "kind": "done", "pain_morning": None, "pain_exercising": None, "state": "running"}
    return SimpleNamespace(**(day | given))


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    side = forms.ChoiceField(label="Side", choices=[("l", "left"), ("r", "right")], widget=forms.RadioSelect)
    number = forms.CharField(label="Number", required=False)
    own = forms.BooleanField(label="My own phone", required=False)
    pain = forms.IntegerField(label="Pain", min_value=0, max_value=10, required=False)


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_one_path_that_screen_readers_pass_over(name: str) -> None:
    html = render("{% icon name %}", name=name)
    assert html.count("<path") == 1
    assert 'aria-hidden="true"' in html


@pytest.mark.parametrize("state", look.STATES)
def test_a_state_is_an_icon_and_a_word(state: str) -> None:
    html = render("{% state_chip state %}", state=state)
    assert "<svg" in html
    assert re.sub(r"<[^>]*>", "", html).strip()


def test_a_stay_names_its_phase() -> None:
    assert "staying in phase 2" in render("{% state_chip 'staying' 2 %}")


def test_a_phase_is_a_colour_a_number_and_a_name() -> None:
    html = render("{% phase_chip phase %}", phase=PHASES[1])
    assert "p2" in html
    assert "<span>2</span>" in html
    assert "Move" in html


def test_a_fifth_phase_has_a_colour_too() -> None:
    assert "p1" in render("{% phase_chip phase %}", phase=Phase(5, "More", 20, None))


def test_a_name_is_text_and_never_markup() -> None:
    phase = Phase(1, "<script>alert(1)</script>", 1, 2)
    html = render("{% phase_chip phase %}{% track phases size='big' %}", phase=phase, phases=[phase])
    assert "<script" not in html


def test_the_track_says_where_the_patient_stands() -> None:
    html = render("{% track phases 2 27 %}", phases=PHASES)
    assert 'aria-label="Phase 2 of 4, Move, week 2 of 4 in this phase"' in html
    assert html.count('class="ring"') == 1


def test_an_open_phase_has_no_last_week_in_its_label() -> None:
    assert "week 3 in this phase" in render("{% track phases 4 100 %}", phases=PHASES)


def test_the_track_of_a_template_has_no_ring() -> None:
    html = render("{% track phases size='big' %}", phases=PHASES)
    assert 'class="ring"' not in html
    assert html.count('class="gate"') == 2
    assert "weeks 3–6" in html


def test_a_mini_track_is_passed_over_by_screen_readers() -> None:
    assert 'aria-hidden="true"' in render("{% track phases 2 27 size='mini' %}", phases=PHASES)


def test_the_big_track_marks_a_clock_that_stands() -> None:
    assert "tickmark" in render("{% track phases 2 42 size='big' state='awaiting_review' %}", phases=PHASES)
    assert "tickmark" not in render("{% track phases 2 30 size='big' state='running' %}", phases=PHASES)


def test_coordinates_keep_their_points_in_a_language_with_commas() -> None:
    with translation.override("de"):
        html = render("{% track phases 2 27 %}{% days_chart days %}", phases=PHASES, days=[one_day(pain_morning=3)])
    for value in re.findall(r' (?:x|y|cx|cy|d|viewBox|width|transform)="([^"]*)"', html):
        assert "," not in value


@pytest.mark.parametrize("kind", look.DAY_WORDS)
def test_a_day_has_its_own_shape(kind: str) -> None:
    others = {render("{% day_shape kind %}", kind=other) for other in look.DAY_WORDS if other != kind}
    assert render("{% day_shape kind %}", kind=kind) not in others


def test_the_chart_of_days_has_the_same_figures_in_a_table() -> None:
    days = [
        one_day(date=date(2026, 3, 1), pain_morning=0, pain_exercising=4),
        one_day(kind="no_report"),
        one_day(date=date(2026, 3, 3), kind="not_asked", state="paused"),
    ]
    html = render("{% days_chart days %}", days=days)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", html)
    assert rows == [
        ("Sun 1 Mar", "0", "4", "done"),
        ("Mon 2 Mar", "no answer", "no answer", "no report"),
        ("Tue 3 Mar", "no answer", "no answer", "stopped"),
    ]


def test_a_chart_without_days_is_still_a_chart() -> None:
    html = render("{% days_chart days %}", days=[])
    assert "nan" not in html.lower()


def test_an_error_stands_beside_its_field_and_is_told_to_screen_readers() -> None:
    html = Form({}).as_div()
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert re.search(r'<input[^>]*name="name"[^>]*aria-describedby="id_name_helptext id_name_error"', html)
    assert re.search(r'<fieldset aria-describedby="id_side_error">', html)


def test_only_optional_fields_say_so() -> None:
    html = Form().as_div()
    assert html.count("(optional)") == 2
    assert re.search(r"Number\s*<span[^>]*>\(optional\)", html)


def test_the_summary_of_errors_leads_to_each_field() -> None:
    html = render_to_string("components/errors.html", {"form": Form({})})
    ids = re.findall(r'href="#([^"]*)"', html)
    assert ids == ["id_name", "id_side_0"]
    page = Form({}).as_div()
    assert all(f'id="{id_}"' in page for id_ in ids)


def test_a_form_without_errors_has_no_summary() -> None:
    form = Form({"name": "Ana", "side": "l"})
    assert form.is_valid()
    assert render_to_string("components/errors.html", {"form": form}).strip() == ""


def test_nothing_is_preselected_on_the_scale() -> None:
    html = render("{% scale field %}", field=Form()["pain"])
    assert html.count('type="radio"') == 11
    assert "checked" not in html


@pytest.mark.parametrize("value", ["0", "7", "10"])
def test_the_scale_keeps_what_was_chosen(value: str) -> None:
    html = render("{% scale field %}", field=Form({"pain": value})["pain"])
    assert re.findall(r'value="(\d+)"[^>]* checked', html) == [value]


@pytest.mark.parametrize("value", ["11", "-1", "3.5", "bad"])
def test_the_scale_shows_what_is_wrong_with_a_figure(value: str) -> None:
    html = render("{% scale field %}", field=Form({"pain": value})["pain"])
    assert "checked" not in html
    assert 'id="id_pain_error"' in html


@pytest.mark.parametrize(
    ("name", "expected"), [("Ana Costa", "AC"), ("Ana María de la Cruz", "AC"), ("Ana", "A"), ("", "")]
)
def test_initials(name: str, expected: str) -> None:
    assert look.initials(name) == expected


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 429, 500])
def test_an_error_page_needs_no_request_and_no_user(status: int) -> None:
    html = render_to_string("error.html", {"status": status, "title": "Oh", "sentence": "Something broke."})
    assert str(status) in html
    assert "Something broke." in html
    assert "<title>Oh</title>" in html


def test_an_error_page_without_a_title_has_one_all_the_same() -> None:
    assert "<title>This did not work</title>" in render_to_string("error.html", {"sentence": "No."})


def test_a_page_reads_from_right_to_left_where_its_language_does() -> None:
    with translation.override("ar"):
        assert 'dir="rtl"' in render_to_string("error.html", {"sentence": "…"})
    assert 'dir="ltr"' in render_to_string("error.html", {"sentence": "…"})


def test_htmx_keeps_no_page_and_runs_nothing() -> None:
    html = render_to_string("error.html", {"sentence": "…"})
    for setting in (
        '"historyCacheSize":0',
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"allowScriptTags":false',
    ):
        assert setting in html


def test_no_template_of_the_look_carries_script_or_style_inline() -> None:
    for path in [*ROOT.glob("templates/*.html"), *ROOT.glob("templates/components/*.html")]:
        source = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", source), path


def staff_nav_for(**roles: bool) -> list[str]:
    request = RequestFactory().get("/patients/")
    user = {"is_physiotherapist": False, "is_administrator": False, "is_front_desk": False}
    request.user = SimpleNamespace(**(user | roles))  # type: ignore[assignment]
    return re.findall(r">([^<]+)</a>", render("{% staff_nav %}", request=request))


def test_the_navigation_opens_what_the_role_opens() -> None:
    assert staff_nav_for(is_physiotherapist=True) == [
        "My patients",
        "Schedule",
        "All patients",
        "Team",
        "Library",
        "Templates",
        "Conditions",
    ]
    assert staff_nav_for(is_administrator=True) == ["Team", "Library", "Templates", "Conditions", "Clinic"]
    assert staff_nav_for(is_front_desk=True) == ["Schedule", "All patients"]


def test_the_navigation_marks_the_page_one_is_on() -> None:
    request = RequestFactory().get("/today/")
    assert '<a href="/today/" aria-current="page">' in render("{% patient_nav %}", request=request)
    assert 'aria-current="true"' in render("{% patient_nav %}", request=RequestFactory().get("/today/2026-03-01/"))


def test_a_patient_page_loads_at_most_22_kilobytes_of_styles() -> None:
    assert sum((CSS / name).stat().st_size for name in ("tokens.css", "base.css", "patient.css")) <= 22_000


def tokens() -> dict[str, dict[str, str]]:
    source = (CSS / "tokens.css").read_text()
    light, dark = source.split("@media screen")[0], source.split("@media screen")[1].split("@media print")[0]
    found = [dict(re.findall(r"--([\w-]+): (#\w+)", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TINTED = ["p1", "p2", "p3", "p4", "stop", "warn", "good", "note", "accent"]
TEXT_PAIRS = [
    *[(name, f"{name}-tint") for name in TINTED],
    *[("ink", f"{name}-tint") for name in TINTED],
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunken")],
    *[(ink, "note-tint") for ink in ("ink-2", "ink-3", "accent")],
    *[("accent", ground) for ground in ("paper", "surface", "stop-tint", "warn-tint", "good-tint")],
    *[("surface", f"p{number}") for number in (1, 2, 3, 4)],
    ("accent-ink", "accent"),
    ("stop", "surface"),
    ("ink-2", "accent-tint"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_every_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    colours = tokens()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_a_border_that_carries_meaning_can_be_seen(theme: str, ground: str) -> None:
    colours = tokens()[theme]
    assert contrast(colours["line-strong"], colours[ground]) >= 3


def test_days_run_from_the_oldest_to_the_newest() -> None:
    days = [one_day(date=date(2026, 2, 3) + timedelta(days=i)) for i in range(28)]
    labels = re.findall(r'y="218">([^<]*)<', render("{% days_chart days %}", days=days))
    assert labels == ["Tue 3 Feb", "Tue 10 Feb", "Tue 17 Feb", "Tue 24 Feb"]
