from django.db import migrations

from common.tenancy.operations import DefinerFunction

# In which reports a person's own words stand: the rows themselves are the secretariat's.
OWN_USES = """
BEGIN
    RETURN QUERY
    SELECT u.title::text, u.used_at
      FROM public.programmes_quoteuse u
      JOIN public.programmes_feedback f ON f.id = u.feedback_id
      JOIN public.companies_person p ON p.id = f.person_id
     WHERE f.id = words AND p.user_id = app.uid()
     ORDER BY u.used_at;
END
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0010_certificate_check")]
    operations = [
        DefinerFunction(
            "own_quote_uses",
            arguments="words uuid",
            returns="TABLE (title text, used_at timestamptz)",
            body=OWN_USES,
        ),
    ]
