"""What programmes ask of reports when one is to be closed."""

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext

from programmes.signals import Unfinished, what_is_unfinished

from .models import IssuedReport


@receiver(what_is_unfinished)
def name_unissued_report(user, programme, **kwargs) -> list[Unfinished]:
    is_issued = IssuedReport.objects.visible_to(user).filter(programme=programme).exists()
    url = reverse("reports:list", args=[programme.pk])
    return [Unfinished(gettext("No report of this programme has been issued"), int(not is_issued), url)]
