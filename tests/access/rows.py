"""The table. See `table.py` for how to read a row."""

from __future__ import annotations

from .table import CHART, CHART_FORM, DESK, DESK_FORM, LIBRARY, OWN, READ, Row, form, page, sent

# What needs no sign-in.
PUBLIC = {
    "healthz",
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "start",
}
# Acts that end the session of whoever does them.
ENDS_THE_SESSION = {"account_logout", "account_sign_out_everywhere"}


def public(signed_in: int = 200, methods: frozenset[str] = READ) -> Row:
    return Row(200, signed_in, signed_in, signed_in, signed_in, methods=methods)


BOTH = frozenset({"GET", "POST"})
# The patient's own acts are posted; what an empty form gets from the patient, and 403 for everyone else.
TABLE: dict[str, Row] = {
    "home": page(302, 302, 302, 302),
    "healthz": public(),
    # sign-in: who is signed in is sent home
    "account": page(200, 200, 200, 200),
    "account_login": public(302, BOTH),
    "account_logout": form(200, 200, 200, 200),
    "account_sign_out_everywhere": sent(302, 302, 302, 302),
    "account_inactive": public(),
    "account_here": page(204, 204, 204, 204),
    "account_keys": sent(302, 302, 302, 302),
    "account_unlock": form(302, 200, 200, 200),
    "account_change_password": form(302, 200, 200, 200),  # a patient without a password has none to change
    "account_reset_password": public(200, BOTH),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(200, BOTH),
    "account_reset_password_from_key_done": public(),
    "start": public(200, BOTH),
    # snippets are one's own: everybody else's are not there
    "snippet_list": form(403, 200, 403, 403),
    "snippet": form(403, 200, 403, 403),
    # the library
    "exercise_list": LIBRARY,
    "exercise": LIBRARY,
    "template_list": LIBRARY,
    "template": LIBRARY,
    "template_version": LIBRARY,
    "condition_list": LIBRARY,
    "condition": LIBRARY,
    "code_search": LIBRARY,
    # the clinic and its team
    "manage": page(403, 403, 403, 200),
    "clinic_hours": form(403, 403, 403, 200),
    "clinic_settings": form(403, 403, 403, 200),
    "staff_new": form(403, 403, 403, 200),
    "staff_leave": form(403, 403, 403, 200),
    "team": form(403, 200, 403, 200),
    "handover": form(403, 200, 403, 403),
    "draft_close": sent(403, 302, 404, 404),
    # the patient's own pages
    "today": OWN,
    "day": OWN,
    "day_log": sent(404, 403, 403, 403),
    "day_all": sent(404, 403, 403, 403),
    "day_undo": sent(404, 403, 403, 403),
    "day_check_in": sent(422, 403, 403, 403),
    "day_got_it": sent(302, 403, 403, 403),
    "plan": OWN,
    "visits": OWN,
    "progress": OWN,
    "learn": OWN,
    "help": page(200, 200, 200, 200),
    # the schedule
    "schedule": page(403, 200, 200, 403),
    "schedule_day": page(403, 200, 200, 403),
    "schedule_week": page(403, 200, 200, 403),
    "schedule_print": page(403, 200, 200, 403),
    "schedule_find": page(403, 200, 200, 403),
    # the charts
    "caseload": page(403, 200, 403, 403),
    "dealt_with": CHART_FORM,
    "episode_look_again": CHART_FORM,
    "patient_list": page(403, 200, 200, 403),
    "patient_new": form(403, 200, 200, 403),
    "chart": CHART,
    "chart_day": CHART_FORM,
    "contact": DESK,
    "sheet_list": DESK_FORM,
    "sheet": DESK,
    "sheet_enter": DESK_FORM,
    "patient_edit": DESK_FORM,
    "episode_new": CHART_FORM,
    "episode_edit": CHART_FORM,
    "assign": CHART_FORM,
    "episode_close": CHART_FORM,
    "decide": CHART_FORM,
    "absence_take_back": CHART_FORM,
    "prescription_add": CHART_FORM,
    "prescription_change": CHART_FORM,
    "prescription_own": CHART_FORM,
    "photo": page(200, 200, 200, 404),
    "prescription_stop": CHART_FORM,
    "session_list": CHART,
    "progress_of": CHART,
    "session_new": CHART_FORM,
    "session": CHART_FORM,
    "visit_list": DESK,
    "visit_new": DESK_FORM,
    "visit": DESK_FORM,
    "invitation": DESK_FORM,
    "invitation_email": sent(403, 302, 302, 404),
    "invitation_end_phones": sent(403, 302, 302, 404),
    "invitation_revoke": sent(403, 302, 302, 404),
}
