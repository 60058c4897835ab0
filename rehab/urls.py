"""Every address. What is not in this file or in `patients/urls.py` does not exist."""

from django.urls import include, path, re_path

from .views import account, condition, exercise, health, icd, manage, plan_template, snippet

handler400 = "rehab.views.errors.bad_request"
handler403 = "rehab.views.errors.permission_denied"
handler404 = "rehab.views.errors.not_found"
handler429 = "rehab.views.errors.too_many_requests"
handler500 = "rehab.views.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", account.account, name="account"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/sign-out-everywhere/", account.sign_out_everywhere, name="account_sign_out_everywhere"),
    path("accounts/here/", account.here, name="account_here"),
    path("accounts/keys/", account.keys, name="account_keys"),
    path("accounts/unlock/", account.unlock, name="account_unlock"),
    path("accounts/inactive/", account.inactive, name="account_inactive"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/snippets/", snippet.snippet_list, name="snippet_list"),
    path("accounts/snippets/<uuid:snippet_id>/", snippet.snippet, name="snippet"),
    path("library/codes/", icd.code_search, name="code_search"),
    path("library/conditions/", condition.condition_list, name="condition_list"),
    path("library/conditions/<uuid:condition_id>/", condition.condition, name="condition"),
    path("library/exercises/", exercise.exercise_list, name="exercise_list"),
    path("library/exercises/<uuid:exercise_id>/", exercise.exercise, name="exercise"),
    path("library/templates/", plan_template.template_list, name="template_list"),
    path("library/templates/<uuid:template_id>/", plan_template.template, name="template"),
    path("library/templates/<uuid:template_id>/<int:number>/", plan_template.template_version, name="template_version"),
    path("manage/", manage.manage, name="manage"),
    path("manage/hours/", manage.clinic_hours, name="clinic_hours"),
    path("manage/settings/", manage.clinic_settings, name="clinic_settings"),
    path("manage/staff/new/", manage.staff_new, name="staff_new"),
    path("", include("patients.urls")),
]
