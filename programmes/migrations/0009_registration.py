from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# In whose name a session's mail is written and its work by the clock is done: the person who acts, where they are of the
# secretariat, else who has been in it longest.
_HOST = """(
    SELECT seat.user_id FROM public.programmes_seat seat
      JOIN public.accounts_user u ON u.id = seat.user_id AND u.is_active
     WHERE seat.programme_id = s.programme_id AND seat.ended_at IS NULL
       AND seat.role IN ('leader', 'member', 'operator')
     ORDER BY seat.user_id IS DISTINCT FROM app.uid(), seat.role = 'operator', seat.started_at, seat.id LIMIT 1)"""
_SHOWN = """s.programme_id = ANY (app.programmes())
       AND (s.state <> 'draft' OR s.programme_id = ANY (app.managed_programmes()))"""

# A company may not write a session, so it cannot hold its row by itself; and it sees no people but its own, so it cannot
# count places or say who is next.
LOCK_SESSION = """
BEGIN
    PERFORM 1 FROM public.programmes_session s WHERE s.id = meeting AND -- shown
       FOR UPDATE;
    IF FOUND THEN
        RETURN QUERY SELECT -- host
          FROM public.programmes_session s WHERE s.id = meeting;
    END IF;
END
"""
PLACES_TAKEN = """
BEGIN
    RETURN QUERY SELECT a.session_id, a.planned_mode::text,
           count(*) FILTER (WHERE a.registration = 'registered'), count(*) FILTER (WHERE a.registration = 'waiting')
      FROM public.programmes_attendance a JOIN public.programmes_session s ON s.id = a.session_id
     WHERE s.id = ANY (meetings) AND -- shown
     GROUP BY a.session_id, a.planned_mode;
END
"""
WAITING_NUMBERS = """
BEGIN
    RETURN QUERY SELECT w.id, w.number FROM (
        SELECT a.id, a.company_id, a.programme_id,
               row_number() OVER (PARTITION BY a.session_id, a.planned_mode ORDER BY a.waiting_since, a.id) AS number
          FROM public.programmes_attendance a JOIN public.programmes_session s ON s.id = a.session_id
         WHERE s.id = ANY (meetings) AND a.registration = 'waiting' AND -- shown
    ) w WHERE w.company_id = ANY (app.companies()) OR w.programme_id = ANY (app.managed_programmes());
END
"""
# Who waits longest comes first, each in their own mode; until the session begins, also after registration has ended.
FILL_PLACES = """
DECLARE found_session public.programmes_session; way text; places integer;
BEGIN
    SELECT s.* INTO found_session FROM public.programmes_session s WHERE s.id = meeting AND -- shown
       FOR UPDATE;
    IF NOT FOUND OR found_session.state <> 'published' OR found_session.starts_at <= now() THEN
        RETURN;
    END IF;
    FOREACH way IN ARRAY ARRAY['onsite', 'online'] LOOP
        CONTINUE WHEN found_session.method NOT IN ('hybrid', way);
        places := CASE way WHEN 'onsite' THEN found_session.capacity_onsite ELSE found_session.capacity_online END;
        IF places IS NOT NULL THEN
            places := greatest(0, places - (
                SELECT count(*) FROM public.programmes_attendance a
                 WHERE a.session_id = meeting AND a.planned_mode = way AND a.registration = 'registered'));
        END IF;
        RETURN QUERY UPDATE public.programmes_attendance a
           SET registration = 'registered', waiting_since = NULL, registered_at = clock_timestamp(),
               sequence = a.sequence + 1
         WHERE a.id IN (SELECT w.id FROM public.programmes_attendance w
                         WHERE w.session_id = meeting AND w.planned_mode = way AND w.registration = 'waiting'
                         ORDER BY w.waiting_since, w.id LIMIT places)
        RETURNING a.id;
    END LOOP;
END
"""
FEED_OWNER = """
BEGIN
    RETURN (SELECT f.user_id FROM public.programmes_calendarfeed f
              JOIN public.accounts_user u ON u.id = f.user_id AND u.is_active
             WHERE token <> '' AND f.token_hash = token AND f.revoked_at IS NULL);
END
"""
# Sessions of the next days, and those whose registration ends in them; who is to be told is asked by their host.
SESSIONS_AHEAD = """
BEGIN
    RETURN QUERY SELECT s.id, -- host
      FROM public.programmes_session s
     WHERE s.state = 'published' AND s.starts_at > now()
       AND ((s.starts_at AT TIME ZONE 'Asia/Tokyo')::date <= day + days
            OR (coalesce(s.registration_ends_at, s.starts_at) AT TIME ZONE 'Asia/Tokyo')::date <= day + days)
     ORDER BY s.starts_at, s.id;
END
"""


def function(name: str, *, arguments: str, returns: str, body: str, **options) -> DefinerFunction:
    body = body.replace("-- shown", _SHOWN).replace("-- host", _HOST)
    return DefinerFunction(name, arguments=arguments, returns=returns, body=body, **options)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0008_surveys"), ("companies", "0002_row_policies")]
    operations = [
        GrantToDefiner("Session", privileges="SELECT, UPDATE"),
        GrantToDefiner("Attendance", privileges="SELECT, UPDATE"),
        GrantToDefiner("CalendarFeed"),
        function(
            "lock_session",
            arguments="meeting uuid",
            returns="TABLE (host_id uuid)",
            body=LOCK_SESSION,
            volatility="VOLATILE",
        ),
        function(
            "places_taken",
            arguments="meetings uuid[]",
            returns="TABLE (session_id uuid, mode text, taken bigint, waiting bigint)",
            body=PLACES_TAKEN,
        ),
        function(
            "waiting_numbers",
            arguments="meetings uuid[]",
            returns="TABLE (attendance_id uuid, number bigint)",
            body=WAITING_NUMBERS,
        ),
        function(
            "fill_places",
            arguments="meeting uuid",
            returns="TABLE (attendance_id uuid)",
            body=FILL_PLACES,
            volatility="VOLATILE",
        ),
        function("feed_owner", arguments="token text", returns="uuid", body=FEED_OWNER),
        function(
            "sessions_ahead",
            arguments="day date, days integer",
            returns="TABLE (session_id uuid, host_id uuid)",
            body=SESSIONS_AHEAD,
        ),
    ]
