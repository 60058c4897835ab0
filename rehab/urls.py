"""Every address. What is not in this file or in `patients/urls.py` does not exist."""

from django.urls import include, path, re_path

from .views import account, health

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
    path("", include("patients.urls")),
]
