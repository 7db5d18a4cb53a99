import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import DefinerFunction, GrantToDefiner, RowPolicies

# Whoever tells somebody something has to know how they want to be told, and nothing else of them.
CHANNEL_OF = """
BEGIN
    RETURN (SELECT p.channel FROM public.notifications_preference p WHERE p.user_id = of_user AND p.topic = of_topic);
END
"""
# Work by the clock has nobody who asked for it and sees no row. This says who is to be reminded today, and in whose name: an
# account's own, else, for an address, that of somebody in the secretariat of the programme that it is about. Messages that
# wait for the mail of the day are somebody's own. Whoever had that mail is not named again before tomorrow.
DUE = """
BEGIN
    RETURN QUERY SELECT DISTINCT ON (d.whose, d.place) d.whose, d.place, d.host
      FROM (
        SELECT r.to_user_id AS whose, r.address::text AS place, coalesce(r.to_user_id, (
                   SELECT seat.user_id FROM public.programmes_seat seat
                     JOIN public.accounts_user u ON u.id = seat.user_id AND u.is_active
                    WHERE seat.programme_id = r.programme_id AND seat.ended_at IS NULL
                      AND seat.role IN ('leader', 'member', 'operator')
                    ORDER BY seat.role = 'operator', seat.started_at, seat.id LIMIT 1)) AS host,
               r.due_on AS since, r.created_at AS said, r.id AS item
          FROM public.notifications_reminder r
         WHERE r.sent_on IS NULL AND r.due_on <= day AND (r.last_on IS NULL OR r.last_on >= day)
        UNION ALL
        SELECT m.to_user_id, '', m.to_user_id, day, m.created_at, m.id
          FROM public.notifications_message m
          JOIN public.accounts_user a ON a.id = m.to_user_id AND a.is_active
         WHERE m.channel = 'daily' AND m.digest_id IS NULL AND m.read_at IS NULL) d
     WHERE NOT EXISTS (SELECT 1 FROM public.notifications_reminder t
                        WHERE t.sent_on = day AND t.to_user_id IS NOT DISTINCT FROM d.whose AND t.address = d.place)
       AND NOT EXISTS (SELECT 1 FROM public.notifications_message g
                        WHERE g.to_user_id = d.whose AND g.key = 'digest:' || to_char(day, 'YYYY-MM-DD'))
     ORDER BY d.whose, d.place, d.since, d.said, d.item;
END
"""
# Nobody changes a message. Its reader's digest takes it along, once.
CARRY = """
DECLARE counted integer;
BEGIN
    UPDATE public.notifications_message m SET digest_id = digest, state = 'queued'
      FROM public.notifications_message g
     WHERE m.id = ANY (ids) AND m.to_user_id = app.uid() AND m.channel = 'daily' AND m.digest_id IS NULL
       AND g.id = digest AND g.to_user_id = m.to_user_id AND g.kind = 'digest';
    GET DIAGNOSTICS counted = ROW_COUNT;
    RETURN counted;
END
"""
# As in 0002, and for every message that the mail took along.
SETTLE_MAIL = """
DECLARE of_message uuid; closed boolean := new_state IN ('sent', 'refused', 'given_up');
BEGIN
    UPDATE public.notifications_outgoingmail m
       SET state = new_state, error = left(reason, 300),
           claimed_until = CASE WHEN NOT closed THEN now() + make_interval(secs => pause) END,
           settled_at = CASE WHEN closed THEN now() END
     WHERE m.id = mail AND m.proof = encode(sha256(convert_to(secret, 'UTF8')), 'hex') AND m.state = 'sending'
    RETURNING m.message_id INTO of_message;
    UPDATE public.notifications_message
       SET state = new_state, sent_at = CASE WHEN new_state = 'sent' THEN now() END
     WHERE id = of_message OR digest_id = of_message;
END
"""
STATES = [
    ("queued", "Not sent yet"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("refused", "The address does not take mail"),
    ("given_up", "Could not be sent"),
    ("daily", "Waits for the mail of the day"),
    ("portal", "In the portal only"),
]
CHANNELS = [
    ("now", "By mail at once"),
    ("daily", "In the one mail of the day"),
    ("portal", "In the portal only"),
]


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("notifications", "0005_inbox"),
    ]
    operations = [
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=20)),
                ("channel", models.CharField(choices=CHANNELS, max_length=6)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "preference", "verbose_name_plural": "preferences"},
        ),
        migrations.AddConstraint(
            "preference",
            models.UniqueConstraint(fields=("user", "topic"), name="notifications_preference_once_a_topic"),
        ),
        migrations.AddConstraint(
            "preference",
            models.CheckConstraint(
                condition=models.Q(("channel__in", ["now", "daily", "portal"])),
                name="notifications_preference_channel",
            ),
        ),
        migrations.AlterField("message", "state", models.CharField(choices=STATES, default="queued", max_length=10)),
        migrations.AlterField(
            "outgoingmail", "state", models.CharField(choices=STATES, default="queued", max_length=10)
        ),
        migrations.AddField("message", "channel", models.CharField(choices=CHANNELS, default="now", max_length=6)),
        migrations.AddField("message", "digest_id", models.UUIDField(blank=True, null=True)),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=models.Q(("channel__in", ["now", "daily", "portal"])), name="notifications_message_channel"
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["to_user"],
                condition=models.Q(("channel", "daily"), ("digest_id__isnull", True), ("read_at__isnull", True)),
                name="notifications_message_daily",
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["digest_id"],
                condition=models.Q(("digest_id__isnull", False)),
                name="notifications_message_digest",
            ),
        ),
        RowPolicies("Preference", using="user_id = (SELECT app.uid())", delete=""),
        GrantToDefiner("Preference"),
        DefinerFunction("channel_of", arguments="of_user uuid, of_topic text", returns="text", body=CHANNEL_OF),
        DefinerFunction(
            "reminders_due", arguments="day date", returns="TABLE (user_id uuid, address text, host_id uuid)", body=DUE
        ),
        DefinerFunction(
            "carry_messages",
            arguments="digest uuid, ids uuid[]",
            returns="integer",
            body=CARRY,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "settle_mail",
            arguments="mail uuid, secret text, new_state text, reason text, pause integer",
            returns="void",
            body=SETTLE_MAIL,
            volatility="VOLATILE",
        ),
    ]
