"""The check of published addresses: the one task that leaves for addresses somebody gave, on a queue of its own."""

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from audit import services as audit
from common.tenancy import acting_as
from jobs.models import Outbox
from jobs.services import tell
from jobs.tasks import told
from jobs.tasks.bells import note_error, put_off
from notifications.services import notify
from policies.delivery import LinkResult, check_address
from policies.enums import LinkState
from policies.models import Publication, RegisterEntry, RegisterVersion
from policies.queries.people import company_users
from policies.queries.publication import due_link_checks

# Longer than a check may take, so that the bell is not rung again meanwhile.
HEARD_SECONDS = 60


@shared_task(name="policies.check_link")
def check_link(publication_id: str, bell: str) -> None:
    """Check one address: read it in one transaction, fetch outside of any, write what was found in another.

    A worker that is killed meanwhile leaves the bell, and the check is made again: it changes nothing out there.
    """
    try:
        with transaction.atomic():
            row = Outbox.objects.select_for_update().open().filter(pk=bell).first()
            if row is None:
                return
            put_off(row.key, seconds=HEARD_SECONDS)
            with acting_as(row.actor_id):
                publication = Publication.objects.filter(pk=publication_id).select_related("company").first()
        if publication is None or not publication.address:
            Outbox.objects.filter(pk=bell).done()
            return
        names = {publication.company.name_ja, publication.company.name_en} - {""}
        result = check_address(publication.address, names=names)
        with acting_as(row.actor_id):
            _keep(publication, result, actor=User.objects.get(pk=row.actor_id))
            Outbox.objects.filter(pk=bell).done()
    except Exception as error:
        note_error(bell, error)
        raise


def _keep(seen: Publication, result: LinkResult, *, actor) -> None:
    """Write what was found, unless the company has changed the address meanwhile: then another check is under way."""
    publication = Publication.objects.select_for_update().filter(pk=seen.pk, address=seen.address).first()
    if publication is None:
        return
    before, now = publication.link_state, timezone.now()
    publication.link_state, publication.link_reason = result.state, result.reason
    publication.link_checked_at = now
    publication.save(update_fields=["link_state", "link_reason", "link_checked_at"])
    _show_in_register(publication)
    audit.log(
        actor=actor,
        verb="publication.link_checked",
        obj=publication,
        company_id=publication.company_id,
        programme_id=publication.programme_id,
        detail={"state": result.state, "reason": result.reason},
    )
    if before == LinkState.FOUND and result.state != LinkState.FOUND:
        _tell_lost(publication, actor=actor)


def _show_in_register(publication: Publication) -> None:
    """The register says when the company's own address was checked last; for the present version of the company."""
    RegisterEntry.objects.hold()
    present = RegisterEntry.objects.filter(present__publication=publication)
    for entry in present:
        RegisterVersion.objects.filter(pk=entry.present_id).update(
            link_state=publication.link_state, link_checked_at=publication.link_checked_at
        )
        entry.save(update_fields=["updated_at"])


def _tell_lost(publication: Publication, *, actor) -> None:
    """Tell the company's people that what was there is there no more, once a check."""
    for user in company_users(publication.company_id):
        with override(user.language):
            params = {"company": publication.company.name}
        notify(
            to=user,
            kind="policy_link_lost",
            actor=actor,
            params=params,
            path=reverse("policies:publication", args=[publication.company_id]),
            company_id=publication.company_id,
            programme_id=publication.programme_id,
            key=f"policy_link_lost:{publication.pk}:{publication.link_checked_at:%Y-%m-%d}",
        )


@told("policies.check_links_again")
def check_links_again() -> None:
    """Ask for the weekly check of every published address that is due, each in the name of one of its company."""
    now = timezone.now()
    for due in due_link_checks():
        user = User.objects.get(pk=due.user_id)
        tell(check_link, key=f"link:weekly:{due.publication_id}:{now:%G-%V}", args=[due.publication_id], actor=user)
