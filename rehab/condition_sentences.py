"""The words of a condition's lists: their headings, and what a severity, a relation, an urgency or a step is called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .conditions import FactKind, Relation, Severity, Step, Tier

HEADINGS: Mapping[FactKind, Promise] = {
    FactKind.CODING: _("Coding"),
    FactKind.SYNONYM: _("Other names"),
    FactKind.EXAMPLE: _("What the source puts here"),
    FactKind.RED_FLAG: _("Red flags"),
    FactKind.REFERRAL: _("Refer"),
    FactKind.SYMPTOM: _("Symptoms"),
    FactKind.SIGN: _("Signs"),
    FactKind.CAUSE: _("Causes"),
    FactKind.RISK_FACTOR: _("Risk factors"),
    FactKind.COMORBIDITY: _("Often together with"),
    FactKind.DIFFERENTIAL: _("Differentials"),
    FactKind.TREATMENT: _("Treatments"),
    FactKind.NOTE: _("Notes"),
    FactKind.EDUCATION: _("About the back"),
    FactKind.PREVENTION: _("Prevention"),
    FactKind.QUESTION: _("Questions"),
    FactKind.DISCLAIMER: _("Disclaimer"),
}

GROUPS: Mapping[str, Promise] = {
    Severity.MILD: _("mild"),
    Severity.MODERATE: _("moderate"),
    Severity.SEVERE: _("severe"),
    Relation.SYNONYM: _("the same"),
    Relation.RELATED: _("related"),
    Relation.BROADER: _("wider"),
    Relation.EXCLUDED: _("another diagnosis"),
    Tier.EMERGENCY: _("now"),
    Tier.SAME_DAY: _("today"),
    Tier.URGENT: _("within days"),
    Tier.PROMPT: _("within a week"),
    Step.PRINCIPLE: _("always"),
    Step.CONSERVATIVE: _("conservative"),
    Step.INTERVENTIONAL: _("interventional"),
    Step.SURGICAL: _("surgical"),
    Step.ALTERNATIVE: _("alternative"),
}
