import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from common.tenancy.operations import DefinerFunction, KeepClosed

# Asked for every row that is written in a programme; the person who writes may not even see the programme's row.
REFUSE_CLOSED = """
DECLARE programme uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        programme := OLD.programme_id;
    ELSE
        programme := NEW.programme_id;
    END IF;
    IF programme IS NOT NULL AND EXISTS (
        SELECT 1 FROM public.programmes_programme p WHERE p.id = programme AND p.closed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the programme is closed' USING ERRCODE = 'SPP01';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
"""
# Nothing about a closed programme changes but that it is opened again.
REFUSE_CLOSED_PROGRAMME = """
BEGIN
    RAISE EXCEPTION 'the programme is closed' USING ERRCODE = 'SPP01';
END
"""
TRIGGER = """
CREATE TRIGGER keep_closed BEFORE UPDATE ON programmes_programme
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NOT NULL)
    EXECUTE FUNCTION app.refuse_closed_programme();
"""
NO_TRIGGER = "DROP TRIGGER keep_closed ON programmes_programme;"

# Not kept: seats, because who may read a closed programme still changes; that a notice was read; which report quotes what.
KEPT = (
    "Organisation",
    "Enrolment",
    "Assignment",
    "MilestoneKind",
    "MilestoneDate",
    "Session",
    "AgendaItem",
    "Speaker",
    "Arrival",
    "Facilitator",
    "Material",
    "Observer",
    "Photo",
    "Attendance",
    "DoorOperation",
    "OnlineList",
    "Certificate",
    "Presentation",
    "MeetingRemark",
    "Conflict",
    "Enquiry",
    "EnquiryPost",
    "Survey",
    "SurveyInvitation",
    "Charge",
    "Extension",
    "MemoSave",
    "Mailing",
    "MailingRecipient",
    "Notice",
)
# A consent to be quoted can be taken back at any time: what was said may be changed in that, but nothing may be added.
CONSENTS = ("Feedback", "Remark")


def user_key():
    return models.ForeignKey(
        blank=True,
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("programmes", "0018_conflict_bars_assignment"),
    ]
    operations = [
        migrations.AddField(
            "programme",
            "closed_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="closed"),
        ),
        migrations.AddField("programme", "closed_by", user_key()),
        migrations.AddField(
            "programme",
            "closed_reason",
            models.CharField(blank=True, editable=False, max_length=300, verbose_name="reason for closing"),
        ),
        migrations.AddField(
            "programme",
            "reopened_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="opened again"),
        ),
        migrations.AddField("programme", "reopened_by", user_key()),
        migrations.AddField(
            "programme",
            "reopened_reason",
            models.CharField(blank=True, editable=False, max_length=300, verbose_name="reason for opening again"),
        ),
        migrations.AddConstraint(
            "programme",
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (Q(closed_by__isnull=False) & ~Q(closed_reason="")),
                name="programmes_programme_closed_for_a_reason",
            ),
        ),
        DefinerFunction("refuse_closed", returns="trigger", body=REFUSE_CLOSED, volatility="VOLATILE"),
        DefinerFunction(
            "refuse_closed_programme", returns="trigger", body=REFUSE_CLOSED_PROGRAMME, volatility="VOLATILE"
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
        *[KeepClosed(model) for model in KEPT],
        *[KeepClosed(model, commands="INSERT OR DELETE") for model in CONSENTS],
    ]
