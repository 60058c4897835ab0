"""The plan templates that an episode may be given, the best fit first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rehab.models import TemplateVersion

from ..fit import Fit, fit, rank
from ..models import Episode
from ..sentences import fit_words


@dataclass(frozen=True, slots=True)
class Offer:
    """A published version, how its template fits the episode's code, and the codes that it is made for."""

    version: TemplateVersion
    fit: Fit
    code: str
    made_for: Sequence[str]

    @property
    def key(self) -> str:
        """Its address on a form."""
        return f"{self.version.template.public_id}.{self.version.number}"

    @property
    def words(self) -> str:
        return fit_words(self.fit, self.code, self.made_for)


def offers(episode: Episode) -> list[Offer]:
    """Every published version of the episode's clinic, sorted by fit; none is hidden."""
    versions = TemplateVersion.objects.filter(
        template__clinic_id=episode.patient.clinic_id,
        template__retired_at__isnull=True,
        status=TemplateVersion.Status.PUBLISHED,
    )
    found = [_offer(version, episode) for version in versions.select_related("template").prefetch_related("phases")]
    return sorted(
        found,
        key=lambda offer: (
            rank(offer.fit),
            offer.version.template.name,
            offer.version.template_id,
            -offer.version.number,
        ),
    )


def _offer(version: TemplateVersion, episode: Episode) -> Offer:
    template = version.template
    code = episode.icd_code.code if episode.icd_code else ""
    return Offer(version, fit(code, template.made_for, template.also_for), code, template.made_for)
