from django.db import migrations

from common.tenancy.operations import DefinerFunction

# Whoever acts by the clock is nobody and sees nothing: what comes next, and in whose name people are reminded of it.
CONSULTATIONS_AHEAD = """
BEGIN
    RETURN QUERY SELECT c.id, (
        SELECT seat.user_id FROM public.programmes_seat seat
          JOIN public.accounts_user u ON u.id = seat.user_id AND u.is_active
         WHERE seat.programme_id = c.programme_id AND seat.ended_at IS NULL
           AND seat.role IN ('leader', 'member', 'operator')
         ORDER BY seat.role = 'operator', seat.started_at, seat.id LIMIT 1)
      FROM public.consultations_consultation c
     WHERE c.state = 'booked' AND c.starts_at > now()
       AND (c.starts_at AT TIME ZONE 'Asia/Tokyo')::date <= day + days
     ORDER BY c.starts_at, c.id;
END
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0008_booking_drafts"), ("programmes", "0009_registration")]
    operations = [
        DefinerFunction(
            "consultations_ahead",
            arguments="day date, days integer",
            returns="TABLE (consultation_id uuid, host_id uuid)",
            body=CONSULTATIONS_AHEAD,
        ),
    ]
