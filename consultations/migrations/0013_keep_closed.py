from django.db import migrations

from common.tenancy.operations import KeepClosed

KEPT = (
    "Practice",
    "WeeklyHours",
    "DayException",
    "Absence",
    "LedgerEntry",
    "SlotWish",
    "HandOverNote",
    "Consultation",
    "Minutes",
    "Task",
    "PrivateNote",
    "Participant",
    "Change",
    "Topics",
    "BookingDraft",
    "Round",
    "Offer",
)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0012_former_adviser"), ("programmes", "0019_ending")]
    operations = [KeepClosed(model) for model in KEPT]
