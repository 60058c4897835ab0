from django.urls import path

from .views import assign, episode, help, home, invitation, learn, patient

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", help.help_page, name="help"),
    path("learn/", learn.learn, name="learn"),
    path("patients/", patient.patient_list, name="patient_list"),
    path("patients/new/", patient.patient_new, name="patient_new"),
    path("patients/<uuid:patient_id>/edit/", patient.patient_edit, name="patient_edit"),
    path("patients/<uuid:patient_id>/episodes/new/", episode.episode_new, name="episode_new"),
    path("patients/<uuid:patient_id>/episodes/<uuid:episode_id>/", episode.episode_edit, name="episode_edit"),
    path("patients/<uuid:patient_id>/episodes/<uuid:episode_id>/assign/", assign.assign, name="assign"),
    path("patients/<uuid:patient_id>/access/", invitation.invitation, name="invitation"),
    path("patients/<uuid:patient_id>/access/email/", invitation.invitation_email, name="invitation_email"),
    path("patients/<uuid:patient_id>/access/phones/", invitation.invitation_end_phones, name="invitation_end_phones"),
    path("patients/<uuid:patient_id>/access/revoke/", invitation.invitation_revoke, name="invitation_revoke"),
    path("start/", invitation.start, name="start"),
    path("start/<str:code>/", invitation.start, name="start"),
]
