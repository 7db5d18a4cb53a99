"""The themes of a programme beside the policy: which it has, and which of their steps a company has taken."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from audit import services as audit
from programmes import permissions
from programmes.catalogue.themes import THEMES, Theme
from programmes.enums import MilestoneCode
from programmes.models import Enrolment, Mailing, MilestoneDate, MilestoneKind, Programme

from .programme import cancel_milestones, set_milestones


class ThemeRefused(Exception):
    """It cannot be done as the programme stands. The message says why, in the words of the person who asks."""


@transaction.atomic
def choose_themes(*, programme: Programme, codes: Iterable[str], due: dict[str, date | None], actor) -> None:
    """Let the programme have exactly these themes; `due` says by step until when, and is written anew for all of them.

    A theme that leaves takes its steps along. Raises PermissionDenied, and ThemeRefused where somebody took one of them
    already, was given longer for it, or was written to about it.
    """
    if not permissions.can_manage(actor, programme.pk):
        raise PermissionDenied
    Programme.objects.select_for_update().get(pk=programme.pk)
    wanted = set(codes)
    present = MilestoneKind.objects.filter(programme=programme, source=MilestoneCode.THEME)
    _drop(programme, present.exclude(theme__in=wanted), actor=actor)
    last = MilestoneKind.objects.filter(programme=programme).aggregate(last=Max("order"))["last"] or 0
    kinds = [kind for theme in THEMES if theme.code in wanted for kind in kinds_of(theme, programme)]
    for order, kind in enumerate(kinds, last + 1):
        kind.order = order
    set_milestones(programme=programme, kinds=kinds, actor=actor)
    changed = [kind for kind in present.all() if kind.due_on != due.get(kind.code)]
    for kind in changed:
        kind.due_on = due.get(kind.code)
    MilestoneKind.objects.bulk_update(changed, ["due_on"])
    audit.log(
        actor=actor,
        verb="programme.themes_chosen",
        obj=programme,
        programme_id=programme.pk,
        detail={"themes": sorted(wanted)},
    )


def kinds_of(theme: Theme, programme: Programme) -> list[MilestoneKind]:
    """The steps of a theme as milestones of the programme, unsaved."""
    return [
        MilestoneKind(
            programme=programme,
            theme=theme.code,
            source=MilestoneCode.THEME,
            subject=step.code,
            code=step.code,
            name_ja=step.name_ja,
            name_en=step.name_en,
            definition_ja=step.definition_ja,
            definition_en=step.definition_en,
        )
        for step in theme.steps
    ]


def _drop(programme: Programme, kinds, *, actor) -> None:
    leaving = list(kinds)
    used = kinds.filter(Q(dates__isnull=False) | Q(extensions__isnull=False)).exists()
    if used or Mailing.objects.filter(milestone__in=leaving).exists():
        raise ThemeRefused(
            _("A company has taken a step of this theme already, or was given longer for one. The theme has to stay.")
        )
    MilestoneKind.objects.filter(pk__in=[kind.pk for kind in leaving]).delete()
    if leaving:
        audit.log(
            actor=actor,
            verb="milestone.removed",
            obj=programme,
            programme_id=programme.pk,
            detail={"codes": [kind.code for kind in leaving]},
        )


@transaction.atomic
def record_step(
    *, enrolment: Enrolment, kind: MilestoneKind, reached_on: date, note: str, actor, today: date
) -> MilestoneDate:
    """Record that a company took a step of a theme: on which day, what shows it, and who says so.

    Another day takes the place of the one that was recorded. Raises PermissionDenied, and ValidationError by field.
    """
    _check(enrolment, kind, actor)
    if reached_on > today:
        raise ValidationError({"reached_on": _("Please choose today or an earlier day.")})
    if reached_on < enrolment.joined_on:
        raise ValidationError({"reached_on": _("The company did not take part yet on that day.")})
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    _cancel(enrolment, kind, actor=actor)
    row = MilestoneDate.objects.create(
        enrolment=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        kind=kind,
        reached_on=reached_on,
        note=note,
        recorded_by=actor,
    )
    _log("step.recorded", enrolment, kind, actor, reached_on=reached_on.isoformat())
    return row


@transaction.atomic
def take_back_step(*, enrolment: Enrolment, kind: MilestoneKind, actor) -> bool:
    """Take back a step that was recorded by mistake; it stays to be seen, but no day counts it. False where none stood."""
    _check(enrolment, kind, actor)
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if not _cancel(enrolment, kind, actor=actor):
        return False
    _log("step.taken_back", enrolment, kind, actor)
    return True


def _check(enrolment: Enrolment, kind: MilestoneKind, actor) -> None:
    """Only steps of themes are recorded by hand: everything else is reached by what happens in the portal."""
    is_step = kind.source == MilestoneCode.THEME and kind.programme_id == enrolment.programme_id
    if not is_step or not permissions.can_manage(actor, enrolment.programme_id):
        raise PermissionDenied


def _cancel(enrolment: Enrolment, kind: MilestoneKind, *, actor) -> bool:
    standing = list(MilestoneDate.objects.filter(enrolment=enrolment, kind=kind, cancelled_on__isnull=True))
    cancel_milestones(dates=standing, actor=actor)
    return bool(standing)


def _log(verb: str, enrolment: Enrolment, kind: MilestoneKind, actor, **detail) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=enrolment,
        company_id=enrolment.company_id,
        programme_id=enrolment.programme_id,
        detail={"milestone": kind.code, **detail},
    )
