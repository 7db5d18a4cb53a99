from django.db import migrations

from common.tenancy.operations import DefinerFunction

# Surveys that people can answer now, each with somebody of its secretariat in whose name those who have not are reminded:
# who has been in it longest. Asked by the clock, which acts for nobody.
OPEN_SURVEYS = """
BEGIN
    RETURN QUERY SELECT v.id, (
        SELECT seat.user_id FROM public.programmes_seat seat
          JOIN public.accounts_user u ON u.id = seat.user_id AND u.is_active
         WHERE seat.programme_id = v.programme_id AND seat.ended_at IS NULL
           AND seat.role IN ('leader', 'member', 'operator')
         ORDER BY seat.role = 'operator', seat.started_at, seat.id LIMIT 1)
      FROM public.programmes_survey v
     WHERE v.opened_at IS NOT NULL AND v.closes_at > now()
     ORDER BY v.closes_at, v.id;
END
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0014_mailings")]
    operations = [
        DefinerFunction("open_surveys", returns="TABLE (survey_id uuid, host_id uuid)", body=OPEN_SURVEYS),
    ]
