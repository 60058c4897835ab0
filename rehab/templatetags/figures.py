"""The exercise pictures in templates: `{% load figures %}{% exercise_figure key label css_class %}`."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from rehab.figures import load_figures, render, render_initial

register = template.Library()


@register.simple_tag
def exercise_figure(key: str | None, label: str, css_class: str = "") -> SafeString:
    """The inline SVG of the figure `key`; a disc with the label's first letter where there is none.

    `label` is the text alternative; pass "" beside a visible name and the picture is hidden from screen readers.
    """
    # The renderer escapes the label and the class, the one text that is not its own.
    figure = load_figures().get(key or "")
    if figure is None:
        return mark_safe(render_initial(label=str(label), css_class=css_class))  # nosec B308 B703
    return mark_safe(render(figure, label=str(label), css_class=css_class))  # nosec B308 B703
