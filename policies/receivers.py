"""What programmes ask of policies when one is to be closed."""

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext

from programmes.signals import Unfinished, what_is_unfinished

from .models import ApprovalRequest, Cycle, Submission


@receiver(what_is_unfinished)
def name_unfinished_policies(user, programme, **kwargs) -> list[Unfinished]:
    url = reverse("policies:programme", args=[programme.pk])
    cycles = Cycle.objects.visible_to(user).open().filter(programme=programme)
    submissions = Submission.objects.visible_to(user).waiting().filter(programme=programme)
    requests = ApprovalRequest.objects.visible_to(user).open().filter(programme=programme)
    return [
        Unfinished(gettext("Policies that are not published"), cycles.count(), url),
        Unfinished(gettext("Drafts that wait for an adviser's review"), submissions.count(), url),
        Unfinished(gettext("Requests for approval that nobody answered"), requests.count(), url),
    ]
