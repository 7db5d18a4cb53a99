"""The yearly review of a published policy: its company is reminded, once for each cycle and day."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from common.dates import long_date
from common.tenancy import acting_as
from jobs.tasks import told
from notifications.services import notify
from policies.models import Publication
from policies.queries.people import company_users
from policies.queries.publication import due_reviews


@told("policies.remind_of_reviews")
def remind_of_reviews() -> None:
    """Tell the people of each company whose published policy is to be looked at again and whose next cycle is not begun."""
    for due in due_reviews(timezone.localdate()):
        with acting_as(due.user_id):
            publication = Publication.objects.select_related("company").get(pk=due.publication_id)
            _remind(publication, actor=User.objects.get(pk=due.user_id))


def _remind(publication: Publication, *, actor) -> None:
    for user in company_users(publication.company_id):
        with override(user.language):
            params = {
                "company": publication.company.name,
                "published_on": long_date(publication.published_on),
                "review_on": long_date(publication.review_on),
            }
        notify(
            to=user,
            kind="policy_review_due",
            actor=actor,
            params=params,
            path=reverse("policies:publication", args=[publication.company_id]),
            company_id=publication.company_id,
            programme_id=publication.programme_id,
            key=f"policy_review_due:{publication.cycle_id}:{publication.review_on:%Y-%m-%d}",
        )
