from django.urls import path, register_converter

from .converters import ActConverter, DayConverter, ReasonConverter
from .views import (
    assign,
    caseload,
    chart,
    contact,
    decision,
    episode,
    help,
    home,
    invitation,
    learn,
    my_plan,
    my_visits,
    patient,
    prescription,
    session,
    today,
    visit,
)

register_converter(ActConverter, "act")
register_converter(DayConverter, "day")
register_converter(ReasonConverter, "reason")

urlpatterns = [
    path("", home.home, name="home"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("help/", help.help_page, name="help"),
    path("learn/", learn.learn, name="learn"),
    path("patients/", patient.patient_list, name="patient_list"),
    path("patients/new/", patient.patient_new, name="patient_new"),
    path("patients/<uuid:patient_id>/", chart.chart, name="chart"),
    path("patients/<uuid:patient_id>/contact/", contact.contact, name="contact"),
    path("patients/<uuid:patient_id>/edit/", patient.patient_edit, name="patient_edit"),
    path("patients/<uuid:patient_id>/episodes/new/", episode.episode_new, name="episode_new"),
    path("patients/<uuid:patient_id>/episodes/<uuid:episode_id>/", episode.episode_edit, name="episode_edit"),
    path("patients/<uuid:patient_id>/episodes/<uuid:episode_id>/assign/", assign.assign, name="assign"),
    path(
        "patients/<uuid:patient_id>/episodes/<uuid:episode_id>/dealt-with/<reason:reason>/",
        caseload.dealt_with,
        name="dealt_with",
    ),
    path(
        "patients/<uuid:patient_id>/episodes/<uuid:episode_id>/look-again/",
        caseload.episode_look_again,
        name="episode_look_again",
    ),
    path("patients/<uuid:patient_id>/plan/<uuid:plan_id>/<act:act>/", decision.decide, name="decide"),
    path(
        "patients/<uuid:patient_id>/plan/<uuid:plan_id>/absence/take-back/",
        decision.absence_take_back,
        name="absence_take_back",
    ),
    path(
        "patients/<uuid:patient_id>/plan/<uuid:plan_id>/exercises/new/",
        prescription.prescription_add,
        name="prescription_add",
    ),
    path(
        "patients/<uuid:patient_id>/plan/<uuid:plan_id>/exercises/<uuid:prescription_id>/change/",
        prescription.prescription_change,
        name="prescription_change",
    ),
    path(
        "patients/<uuid:patient_id>/plan/<uuid:plan_id>/exercises/<uuid:prescription_id>/stop/",
        prescription.prescription_stop,
        name="prescription_stop",
    ),
    path("patients/<uuid:patient_id>/access/", invitation.invitation, name="invitation"),
    path("patients/<uuid:patient_id>/access/email/", invitation.invitation_email, name="invitation_email"),
    path("patients/<uuid:patient_id>/access/phones/", invitation.invitation_end_phones, name="invitation_end_phones"),
    path("patients/<uuid:patient_id>/access/revoke/", invitation.invitation_revoke, name="invitation_revoke"),
    path("patients/<uuid:patient_id>/sessions/", session.session_list, name="session_list"),
    path("patients/<uuid:patient_id>/sessions/new/", session.session_new, name="session_new"),
    path("patients/<uuid:patient_id>/sessions/<uuid:session_id>/", session.session, name="session"),
    path("patients/<uuid:patient_id>/visits/", visit.visit_list, name="visit_list"),
    path("patients/<uuid:patient_id>/visits/new/", visit.visit_new, name="visit_new"),
    path("patients/<uuid:patient_id>/visits/<uuid:visit_id>/", visit.visit, name="visit"),
    path("plan/", my_plan.plan, name="plan"),
    path("start/", invitation.start, name="start"),
    path("start/<str:code>/", invitation.start, name="start"),
    path("today/", today.today, name="today"),
    path("today/<day:on>/", today.day, name="day"),
    path("today/<day:on>/all/", today.day_all, name="day_all"),
    path("today/<day:on>/check-in/", today.day_check_in, name="day_check_in"),
    path("today/<day:on>/log/", today.day_log, name="day_log"),
    path("today/<day:on>/undo/", today.day_undo, name="day_undo"),
    path("visits/", my_visits.visits, name="visits"),
]
