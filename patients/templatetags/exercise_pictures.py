"""The picture of an exercise of a plan, whichever it has: `{% load exercise_pictures %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rehab.templatetags.figures import exercise_figure

register = template.Library()


@register.simple_tag
def exercise_picture(what: Any, css_class: str = "") -> SafeString:
    """The photo of a patient's own exercise, the figure of one of the library's; hidden beside its name."""
    if getattr(what, "photo", None):
        address = reverse("photo", args=[what.public_id])
        return format_html('<img class="photo {}" src="{}" alt="" loading="lazy">', css_class, address)
    return exercise_figure(what.picture, "" if what.picture else what.name, css_class)
