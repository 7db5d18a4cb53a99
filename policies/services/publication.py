"""Publishing: what top management approved, word for word, where everybody can read it; and changing where that is."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import services as audit
from common.dates import long_date
from common.models import in_language
from jobs.models import Outbox
from jobs.services import tell
from notifications.services import notify
from policies import permissions
from policies.composing import Place
from policies.enums import FreezeReason, LinkState, State, Transition
from policies.models import Cycle, ParagraphText, Policy, Publication, Revision, of_cycle
from policies.queries.approval import approved_request
from policies.queries.gate import stale_translations
from policies.queries.people import adviser_users, company_users
from policies.validators import validate_address
from policies.workflow import TransitionRefused, move

from .cycles import digest, freeze_revision
from .register import put_in_register, withdraw_entry

CHECK_LINK = "policies.check_link"
PAUSE_BETWEEN_CHECKS = timedelta(minutes=1)
CHECKS_A_DAY = 20


class PublicationRefused(Exception):
    """The text cannot be published, or not like this. `code` says why, `places` where it is to be mended."""

    def __init__(self, code: str, message: str, places: tuple[Place, ...] = ()):
        super().__init__(message)
        self.code, self.places = code, places


class CheckRefused(Exception):
    """The address was checked a moment ago, or often enough today."""


@transaction.atomic
def publish(
    *,
    cycle: Cycle,
    actor,
    today: date,
    now: datetime,
    address: str = "",
    in_register: bool = False,
    published_on: date | None = None,
    review_on: date | None = None,
) -> Publication:
    """Publish the approved text at the company's address, in the public register, or both.

    Order of effects: what was published before is superseded, the approved text is frozen once more as published, the
    policy points to it, the register takes it (or lets the old one go), the address is checked soon, people are told.
    Raises PermissionDenied, TransitionRefused, PublicationRefused, and ValidationError by field.
    """
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    cycle = Cycle.objects.select_for_update(of=["self"]).select_related("policy", "company").get(pk=cycle.pk)
    if cycle.state != State.APPROVED:
        raise TransitionRefused(Transition.PUBLISH, cycle.state)
    approved, approval = _approved_text(cycle)
    published_on = published_on or today
    _check_dates(published_on, review_on, approved_on=approval.decided_on, today=today)
    _check_places(address, in_register=in_register)
    _supersede(cycle, actor=actor, on=published_on)
    move(cycle=cycle, transition=Transition.PUBLISH, actor=actor, today=published_on)
    revision = freeze_revision(cycle=cycle, content=approved.content, reason=FreezeReason.PUBLICATION, actor=actor)
    revision.shared_at = now
    revision.save(update_fields=["shared_at"])
    publication = Publication(
        **of_cycle(cycle),
        revision=revision,
        published_on=published_on,
        published_by=actor,
        address=address,
        is_in_register=in_register,
        review_on=review_on or a_year_after(published_on),
    )
    publication.save(force_insert=True)
    _point_policy(cycle.policy, revision=revision, address=address)
    if in_register:
        put_in_register(publication=publication, company=cycle.company, approval=approval)
    else:
        withdraw_entry(company_id=cycle.company_id, on=published_on)
    detail = {"sha256": revision.sha256, "address": address, "in_register": in_register, "on": published_on.isoformat()}
    _log("policy.published", publication, actor, **detail)
    if address:
        _ask_check(publication, actor=actor, now=now)
    _tell_people(publication, actor=actor, today=today)
    return publication


def a_year_after(day: date) -> date:
    """Return the same day next year; of 29 February, 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _approved_text(cycle: Cycle):
    """Return the revision that top management approved and their answer. Nothing else is ever published."""
    approval = approved_request(cycle)
    if approval is None:
        raise PublicationRefused(
            "no_text",
            _("The portal does not hold the text that top management approved, so there is nothing to publish here."),
        )
    if digest(approval.revision.content) != approval.revision.sha256:
        raise PublicationRefused("damaged", _("The approved text is not what was approved: its fingerprint differs."))
    places = stale_translations(cycle) if "en" in approval.revision.content.get("languages", ["ja"]) else ()
    if places:
        raise PublicationRefused(
            "stale",
            _("The English text was not looked at again after the Japanese changed. Please confirm it first."),
            places,
        )
    return approval.revision, approval


def _check_dates(published_on: date, review_on: date | None, *, approved_on: date, today: date) -> None:
    if published_on > today:
        raise ValidationError({"published_on": _("The day of publication cannot be in the future.")})
    if published_on < approved_on:
        raise ValidationError({"published_on": _("A policy is published after it was approved, not before.")})
    _check_review(review_on, after=published_on)


def _check_review(review_on: date | None, *, after: date) -> None:
    if review_on is not None and review_on <= after:
        raise ValidationError({"review_on": _("The yearly review comes after the publication.")})


def _check_places(address: str, *, in_register: bool) -> None:
    if address:
        try:
            validate_address(address)
        except ValidationError as error:
            raise ValidationError({"address": error.messages}) from None
    if not address and not in_register:
        raise PublicationRefused("no_place", _("Please choose at least one place where everybody can read the policy."))


def _supersede(cycle: Cycle, *, actor, on: date) -> None:
    """What was published before gives way in the same transaction, so that one text stands published at any time."""
    earlier = Cycle.objects.filter(policy_id=cycle.policy_id, state=State.PUBLISHED).exclude(pk=cycle.pk)
    for published in earlier:
        move(cycle=published, transition=Transition.SUPERSEDE, actor=actor, today=on)


def _point_policy(policy: Policy, *, revision: Revision, address: str) -> None:
    policy.published_revision, policy.published_url = revision, address
    policy.save(update_fields=["published_revision", "published_url"])


@transaction.atomic
def change_publication(
    *, publication: Publication, actor, today: date, now: datetime, address: str, in_register: bool, review_on: date
) -> Publication:
    """Change where the published text is found, and when it is looked at again; the text stays what it is.

    Without address and register nobody finds it any more, which is for `withdraw_from_register` to say. Raises
    PermissionDenied, PublicationRefused, CheckRefused and ValidationError by field.
    """
    publication = _held(publication, actor=actor)
    _check_places(address, in_register=in_register)
    _check_review(review_on, after=publication.published_on)
    before = (publication.address, publication.is_in_register, publication.review_on)
    if (address, in_register, review_on) == before:
        return publication
    if address != publication.address:
        _change_address(publication, address)
        if address:
            _ask_check(publication, actor=actor, now=now)
    publication.review_on, publication.withdrawn_at = review_on, None
    was_listed, publication.is_in_register = publication.is_in_register, in_register
    publication.save()
    company = publication.cycle.company
    if in_register:
        put_in_register(publication=publication, company=company, approval=approved_request(publication.cycle))
    elif was_listed:
        withdraw_entry(company_id=company.pk, on=today)
    _log("publication.changed", publication, actor, address=address, in_register=in_register)
    return publication


@transaction.atomic
def withdraw_from_register(*, publication: Publication, actor, today: date, now: datetime) -> Publication:
    """Take the text out of the public register. That it stood there, and until when, stays to be read.

    Raises PermissionDenied.
    """
    publication = _held(publication, actor=actor)
    if not publication.is_in_register:
        return publication
    publication.is_in_register = False
    publication.withdrawn_at = None if publication.address else now
    publication.save(update_fields=["is_in_register", "withdrawn_at"])
    withdraw_entry(company_id=publication.company_id, on=today)
    _log("publication.withdrawn", publication, actor)
    return publication


@transaction.atomic
def check_again(*, publication: Publication, actor, now: datetime) -> None:
    """Ask for another check of the address. Raises PermissionDenied, and CheckRefused when it is too soon."""
    publication = _held(publication, actor=actor)
    if publication.address:
        _ask_check(publication, actor=actor, now=now)


@transaction.atomic
def confirm_english(*, cycle: Cycle, actor) -> None:
    """Say that the English of the approved text still says what the Japanese says. Changes no word. Else TransitionRefused."""
    if not permissions.can_edit(actor, cycle):
        raise PermissionDenied
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if cycle.state != State.APPROVED:
        raise TransitionRefused(Transition.PUBLISH, cycle.state)
    places = stale_translations(cycle)
    texts = ParagraphText.objects.filter(cycle=cycle, paragraph__in=[place.paragraph for place in places])
    revs = dict(texts.filter(language="ja").values_list("paragraph_id", "rev"))
    translations = list(texts.filter(language="en"))
    for text in translations:
        text.source_rev = revs[text.paragraph_id]
    ParagraphText.objects.bulk_update(translations, ["source_rev"])
    audit.log(
        actor=actor,
        verb="policy.english_confirmed",
        obj=cycle,
        company_id=cycle.company_id,
        programme_id=cycle.programme_id,
        detail={"paragraphs": len(translations)},
    )


def _held(publication: Publication, *, actor) -> Publication:
    """Return the publication as it stands now, held until the end. Only of what is published now. Else PermissionDenied."""
    if not permissions.can_edit(actor, publication):
        raise PermissionDenied
    rows = Publication.objects.select_for_update(of=["self"]).select_related("cycle__company", "cycle__policy")
    publication = rows.get(pk=publication.pk)
    if publication.cycle.state != State.PUBLISHED:
        raise PublicationRefused("superseded", _("A later version has taken its place."))
    return publication


def _change_address(publication: Publication, address: str) -> None:
    publication.address, publication.link_state, publication.link_reason = address, "", ""
    publication.link_checked_at = publication.link_asked_at = None
    policy = publication.cycle.policy
    policy.published_url = address
    policy.save(update_fields=["published_url"])


def _ask_check(publication: Publication, *, actor, now: datetime) -> None:
    """Let the address be checked soon; not twice within a minute, and not more than twenty times a day for a company.

    Whoever could ask as often as they like could use the portal to look around in other people's networks.
    """
    prefix = f"link:{publication.company_id}:"
    asked = Outbox.objects.filter(task=CHECK_LINK, key__startswith=prefix)
    if asked.filter(created_at__gt=now - timedelta(days=1)).count() >= CHECKS_A_DAY:
        raise CheckRefused(_("The address was checked often today. Please try again tomorrow."))
    if publication.link_asked_at and now - publication.link_asked_at < PAUSE_BETWEEN_CHECKS:
        raise CheckRefused(_("The address was checked a moment ago. Please wait a minute."))
    publication.link_asked_at = now
    publication.link_state = publication.link_state or LinkState.WAITING
    publication.save(update_fields=["link_asked_at", "link_state"])
    tell(CHECK_LINK, key=f"{prefix}{publication.pk}:{now.timestamp():.0f}", args=[publication.pk], actor=actor)


def _tell_people(publication: Publication, *, actor, today: date) -> None:
    """Tell the company's people and its advisers once, each in their language."""
    company = publication.cycle.company
    people = {user.pk: user for user in [*company_users(company.pk), *adviser_users(company.pk, today)]}
    for user in people.values():
        with override(user.language):
            params = {
                "company": in_language(company, "name"),
                "published_on": long_date(publication.published_on),
                "review_on": long_date(publication.review_on),
                "in_register": publication.is_in_register,
                "has_address": bool(publication.address),
            }
        notify(
            to=user,
            kind="policy_published",
            actor=actor,
            params=params,
            path=reverse("policies:publication", args=[company.pk]),
            company_id=company.pk,
            programme_id=publication.programme_id,
            key=f"policy_published:{publication.pk}",
        )


def _log(verb: str, publication: Publication, actor, **detail) -> None:
    audit.log(
        actor=actor,
        verb=verb,
        obj=publication,
        company_id=publication.company_id,
        programme_id=publication.programme_id,
        detail=detail,
    )
