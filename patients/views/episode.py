from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rehab.access import require
from rehab.errors import Conflict, Refused
from rehab.icd_sentences import advisory_sentence
from rehab.roles import Capability

from ..access import chart_page
from ..actions.episode import close_episode, correct_episode, open_episode, reopen_episode
from ..forms.episode import CloseForm, EpisodeForm
from ..models import Episode, Patient
from ..readings.closing import still_open

# Beside which box of the form a refusal stands.
BOXES = {"icd_code": "q", "onset": "onset_year"}


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def episode_new(request: HttpRequest, patient: Patient) -> HttpResponse:
    user = require(request.user, Capability.TREAT)
    sent = request.POST if request.method == "POST" else None
    closed = patient.episodes.filter(closed_on__isnull=False).order_by("-closed_on", "-pk")
    form = EpisodeForm(sent, clinic=patient.clinic, earlier=list(closed), initial={"lead": user.public_id})
    if form.is_valid():
        try:
            details = form.details() | {"follows": form.goes_on_from()}
            episode = open_episode(patient=patient, by=user, at=timezone.now(), **details)
        except Conflict as there:
            messages.info(request, there.sentence)
            return redirect("assign", patient.public_id, there.now["public_id"])
        except Refused as refused:
            form.add_error(_box(refused), refused.sentence)
        else:
            for advisory in form.to_know:
                messages.info(request, advisory_sentence(advisory))
            messages.success(request, _("The episode is on record. Now: which plan?"))
            return redirect("assign", patient.public_id, episode.public_id)
    return _form_page(request, "patients/episode/new.html", form, patient)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def episode_edit(request: HttpRequest, patient: Patient, episode_id: uuid.UUID) -> HttpResponse:
    user = require(request.user, Capability.TREAT)
    episode = get_object_or_404(patient.episodes.select_related("lead", "icd_code"), public_id=episode_id)
    sent = request.POST if request.method == "POST" else None
    form = EpisodeForm(sent, clinic=patient.clinic, initial=EpisodeForm.of(episode))
    if form.is_valid():
        try:
            correct_episode(episode=episode, by=user, at=timezone.now(), **form.details())
        except Refused as refused:
            form.add_error(_box(refused), refused.sentence)
        else:
            messages.success(request, _("The episode is saved."))
            return redirect("chart", patient.public_id)
    return _form_page(request, "patients/episode/edit.html", form, patient, episode)


@require_http_methods(["GET", "HEAD", "POST"])
@chart_page
def episode_close(request: HttpRequest, patient: Patient, episode_id: uuid.UUID) -> HttpResponse:
    """End the course of care, once nothing of it is open; or take a closing back that was a mistake."""
    at, user = timezone.now(), require(request.user, Capability.TREAT)
    episode = get_object_or_404(patient.episodes.select_related("lead"), public_id=episode_id)
    episode.patient = patient
    sent = request.POST if request.method == "POST" else None
    if sent is not None and sent.get("act") == "reopen":
        reopen_episode(episode=episode, by=user, at=at)
        messages.success(request, _("The episode is open again."))
        return redirect("chart", patient.public_id)
    form = CloseForm(sent, initial={"on": patient.clinic.date_at(at), "outcome": episode.outcome})
    status = 200 if sent is None else 422
    if form.is_valid():
        try:
            close_episode(episode=episode, by=user, at=at, **form.cleaned_data)
        except Conflict as closed:
            messages.info(request, closed.sentence)
            return redirect("chart", patient.public_id)
        except Refused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The episode is closed. What is on record stays."))
            return redirect("chart", patient.public_id)
    context = {"patient": patient, "episode": episode, "form": form, "open": still_open(episode)}
    return render(request, "patients/episode/close.html", context, status=status)


def _form_page(
    request: HttpRequest, template: str, form: EpisodeForm, patient: Patient, episode: Episode | None = None
) -> HttpResponse:
    context = {"form": form, "patient": patient, "episode": episode}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _box(refused: Refused) -> str | None:
    return BOXES.get(refused.field, refused.field) if refused.field else None
