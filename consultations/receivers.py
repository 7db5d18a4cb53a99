"""What programmes ask of consultations when one is to be closed."""

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext

from programmes.signals import Unfinished, what_is_unfinished

from .enums import State
from .models import Consultation, SlotWish


@receiver(what_is_unfinished)
def name_unfinished_consultations(user, programme, now, **kwargs) -> list[Unfinished]:
    url = reverse("consultations:programme", args=[programme.pk])
    consultations = Consultation.objects.visible_to(user).filter(programme=programme)
    booked = consultations.filter(state=State.BOOKED)
    wishes = SlotWish.objects.visible_to(user).filter(programme=programme, settled_at__isnull=True)
    return [
        Unfinished(gettext("Consultations that are still to be held"), booked.filter(ends_at__gt=now).count(), url),
        Unfinished(
            gettext("Consultations of which nobody has recorded what became of them"),
            booked.filter(ends_at__lte=now).count(),
            url,
        ),
        Unfinished(gettext("Wishes for a consultation that were not settled"), wishes.count(), url),
    ]
