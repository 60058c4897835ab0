from django.urls import path

from .views import help, home, invitation, learn

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", help.help_page, name="help"),
    path("learn/", learn.learn, name="learn"),
    path("patients/<uuid:patient_id>/access/", invitation.invitation, name="invitation"),
    path("patients/<uuid:patient_id>/access/email/", invitation.invitation_email, name="invitation_email"),
    path("patients/<uuid:patient_id>/access/phones/", invitation.invitation_end_phones, name="invitation_end_phones"),
    path("patients/<uuid:patient_id>/access/revoke/", invitation.invitation_revoke, name="invitation_revoke"),
    path("start/", invitation.start, name="start"),
    path("start/<str:code>/", invitation.start, name="start"),
]
