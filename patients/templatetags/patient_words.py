"""What a patient reads: `{% load patient_words %}`."""

from django import template

from rehab.templatetags.look import phase_colour

register = template.Library()
register.filter("phase_colour", phase_colour)


@register.filter
def first_name(name: str) -> str:
    """How a patient knows the people of the clinic."""
    return name.split()[0] if name.split() else name
