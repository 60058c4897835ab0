"""The way to a patient's record, for whoever is signed in: `{% load record %}{% record_url patient as url %}`."""

from typing import Any

from django import template
from django.urls import reverse

from rehab.roles import Capability, can

from ..models import Patient

register = template.Library()


@register.simple_tag(takes_context=True)
def record_url(context: template.Context, patient: Patient) -> str:
    """The chart for those who treat; the contact page, which holds nothing clinical, for the front desk."""
    user: Any = context["request"].user
    return reverse("chart" if can(user, Capability.TREAT) else "contact", args=[patient.public_id])


@register.filter
def treats(user: Any) -> bool:
    """Whether this person may see what is clinical."""
    return can(user, Capability.TREAT)
