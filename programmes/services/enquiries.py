"""Deeds of enquiries: asking the secretariat, answering, closing."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from common import dates
from common.models import in_language
from companies.models import Company, Membership
from companies.permissions import is_member
from notifications.services import notify
from programmes import permissions
from programmes.models import Enquiry, EnquiryPost, Programme, Seat


@transaction.atomic
def ask(*, company: Company, programme: Programme, subject: str, text: str, actor, now: datetime) -> Enquiry:
    """Begin an enquiry of a company, and tell its secretariat. Raises PermissionDenied."""
    if not is_member(actor, company.pk):
        raise PermissionDenied
    enquiry = Enquiry.objects.create(
        company=company, programme=programme, subject=subject, asked_by=actor, created_at=now, said_at=now
    )
    post = _say(enquiry, text, actor=actor, is_answer=False, now=now)
    _log("enquiry.asked", enquiry, actor)
    _tell_secretariat(enquiry, post, actor=actor)
    return enquiry


@transaction.atomic
def reply(*, enquiry: Enquiry, text: str, actor, now: datetime) -> EnquiryPost:
    """Add a word: of the company, which then waits, or of the secretariat, which has then answered. It opens what was closed.

    Raises PermissionDenied. The company's people who wrote are told of an answer, each as they chose.
    """
    is_answer = _is_answer(enquiry, actor)
    row = Enquiry.objects.select_for_update(of=("self",)).select_related("company", "programme").get(pk=enquiry.pk)
    post = _say(row, text, actor=actor, is_answer=is_answer, now=now)
    row.said_at, row.is_answered, row.closed_at = now, is_answer, None
    row.save(update_fields=["said_at", "is_answered", "closed_at"])
    _log("enquiry.answered" if is_answer else "enquiry.asked", row, actor)
    if is_answer:
        _tell_company(row, actor=actor)
    else:
        _tell_secretariat(row, post, actor=actor)
    return post


@transaction.atomic
def close(*, enquiry: Enquiry, actor, now: datetime) -> None:
    """End an enquiry; a further word opens it again. Raises PermissionDenied. Done twice, the first time counts."""
    _is_answer(enquiry, actor)
    if Enquiry.objects.filter(pk=enquiry.pk, closed_at__isnull=True).update(closed_at=now):
        _log("enquiry.closed", enquiry, actor)


def _is_answer(enquiry: Enquiry, actor) -> bool:
    """Whether who writes does so for the secretariat. Raises PermissionDenied for everybody but it and the company."""
    if is_member(actor, enquiry.company_id):
        return False
    if permissions.can_manage(actor, enquiry.programme_id):
        return True
    raise PermissionDenied


def _say(enquiry: Enquiry, text: str, *, actor, is_answer: bool, now: datetime) -> EnquiryPost:
    return EnquiryPost.objects.create(
        enquiry=enquiry,
        company_id=enquiry.company_id,
        programme_id=enquiry.programme_id,
        author=actor,
        is_answer=is_answer,
        text=text,
        said_at=now,
    )


def _path(enquiry: Enquiry) -> str:
    return reverse("programmes:enquiry", args=[enquiry.company_id, enquiry.pk])


def _tell_secretariat(enquiry: Enquiry, post: EnquiryPost, *, actor) -> None:
    """Let the secretariat hear of it: whoever did not choose otherwise in the one mail of the day."""
    seats = Seat.objects.current().managing().filter(programme=enquiry.programme_id, user__is_active=True)
    for seat in seats.filter(user__is_operator=False).select_related("user"):
        notify(
            to=seat.user,
            kind="enquiry_asked",
            actor=actor,
            params={"company": in_language(enquiry.company, "name", seat.user.language)},
            path=_path(enquiry),
            company_id=enquiry.company_id,
            programme_id=enquiry.programme_id,
            key=f"enquiry:{post.pk}",
        )


def _tell_company(enquiry: Enquiry, *, actor) -> None:
    for user in _writers(enquiry):
        notify(
            to=user,
            kind="enquiry_answered",
            actor=actor,
            params={
                "company": in_language(enquiry.company, "name", user.language),
                "day": dates.long_date(timezone.localdate(enquiry.created_at), language=user.language),
            },
            path=_path(enquiry),
            company_id=enquiry.company_id,
            programme_id=enquiry.programme_id,
        )


def _writers(enquiry: Enquiry) -> list[User]:
    """Return the company's people who wrote here and still act for it; where none is left, everybody who acts for it."""
    members = Membership.objects.current().filter(company=enquiry.company_id, person__user__is_active=True)
    acting = {member.person.user_id: member.person.user for member in members.select_related("person__user")}
    wrote: set[UUID] = set(enquiry.posts.filter(is_answer=False).values_list("author_id", flat=True))
    return [user for pk, user in acting.items() if pk in wrote] or list(acting.values())


def _log(verb: str, enquiry: Enquiry, actor) -> None:
    audit.log(actor=actor, verb=verb, obj=enquiry, company_id=enquiry.company_id, programme_id=enquiry.programme_id)
