"""What a clinician reads about a diagnosis code: one sentence for each region and each kind of advisory."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .icd import Advisory, AdvisoryCode, Region

MOST_OFFERED = 6

REGIONS = {
    Region.NECK: gettext_lazy("neck"),
    Region.UPPER_BACK: gettext_lazy("upper back"),
    Region.LOWER_BACK: gettext_lazy("lower back"),
    Region.LUMBOSACRAL: gettext_lazy("lower back and sacrum"),
    Region.SACRUM_COCCYX: gettext_lazy("sacrum and tailbone"),
    Region.SHOULDER: gettext_lazy("shoulder"),
    Region.HIP: gettext_lazy("hip"),
    Region.KNEE: gettext_lazy("knee"),
    Region.OTHER: gettext_lazy("another part of the body"),
}


def advisory_sentence(advisory: Advisory) -> str:
    """The advisory in the current language, with the codes that may be meant instead."""
    return _SENTENCES[advisory.code](advisory)


def _not_billable(advisory: Advisory) -> str:
    words = {"code": advisory.about, "codes": _listed(advisory.offered)}
    if not advisory.offered:
        return _("%(code)s cannot be billed.") % words
    return _("%(code)s cannot be billed. Billable codes under it: %(codes)s.") % words


def _replaced(advisory: Advisory) -> str:
    return _(
        "%(code)s is only a heading now and cannot be billed, though the source of this protocol names it. "
        "Usually meant: %(codes)s."
    ) % {"code": advisory.about, "codes": _listed(advisory.offered)}


def _current_injury(advisory: Advisory) -> str:
    words = {"code": advisory.about, "source": advisory.source, "codes": _listed(advisory.offered)}
    if not advisory.offered:
        return (
            _(
                "This began with an injury. The Excludes1 note on %(source)s keeps injuries out of %(code)s: "
                "they are coded by body region."
            )
            % words
        )
    return (
        _(
            "This began with an injury. The Excludes1 note on %(source)s keeps injuries out of %(code)s: "
            "they are coded by body region, a strain or sprain of the lower back with %(codes)s."
        )
        % words
    )


def _other_region(advisory: Advisory) -> str:
    region = REGIONS[advisory.region] if advisory.region else ""
    return _("%(code)s names a part of the body other than this episode’s (%(region)s).") % {
        "code": advisory.about,
        "region": region,
    }


def _source_title(advisory: Advisory) -> str:
    return _(
        "The source of this protocol calls %(code)s “Other specified dorsopathies”. "
        "That is the title of M53.8. %(code)s is for the sacrum and tailbone; "
        "for the lower back see %(codes)s."
    ) % {"code": advisory.about, "codes": _listed(advisory.offered)}


def _no_clear_cause(advisory: Advisory) -> str:
    return _(
        "%(code)s is for a named problem that has no code of its own. Low back pain without a clear cause is "
        "usually coded %(codes)s."
    ) % {"code": advisory.about, "codes": _listed(advisory.offered)}


def _listed(codes: tuple[str, ...]) -> str:
    """For example "M51.26, M51.27 and 4 more"; a category can have hundreds of codes."""
    shown = ", ".join(codes[:MOST_OFFERED])
    more = len(codes) - MOST_OFFERED
    if more <= 0:
        return shown
    return ngettext("%(codes)s and %(count)d more", "%(codes)s and %(count)d more", more) % {
        "codes": shown,
        "count": more,
    }


_SENTENCES: dict[AdvisoryCode, Callable[[Advisory], str]] = {
    AdvisoryCode.NOT_BILLABLE: _not_billable,
    AdvisoryCode.REPLACED: _replaced,
    AdvisoryCode.CURRENT_INJURY: _current_injury,
    AdvisoryCode.OTHER_REGION: _other_region,
    AdvisoryCode.SOURCE_TITLE: _source_title,
    AdvisoryCode.NO_CLEAR_CAUSE: _no_clear_cause,
}
