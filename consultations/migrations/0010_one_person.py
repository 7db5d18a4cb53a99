import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# Whoever has two seats is one person, who is in one consultation at a time. What overlaps already, in two programmes of
# one adviser, stays as it is: such rows keep their seat, so that nothing has to be cancelled by a migration.
FILL = """
ALTER TABLE consultations_consultation NO FORCE ROW LEVEL SECURITY;
UPDATE consultations_consultation c SET adviser_key = coalesce(s.user_id, s.id)
  FROM programmes_seat s WHERE s.id = c.adviser_id;
UPDATE consultations_consultation c SET adviser_key = c.adviser_id
 WHERE c.state NOT IN ('cancelled', 'cancelled_late') AND EXISTS (
    SELECT 1 FROM consultations_consultation o
     WHERE o.adviser_key = c.adviser_key AND o.adviser_id <> c.adviser_id
       AND o.state NOT IN ('cancelled', 'cancelled_late')
       AND tstzrange(o.starts_at, o.blocked_until) && tstzrange(c.starts_at, c.blocked_until));
ALTER TABLE consultations_consultation FORCE ROW LEVEL SECURITY;
"""

# Computed here and never taken from who writes. A change that concerns neither adviser nor time leaves it alone, so
# that what overlapped before the seats were known to be one person's can still be recorded, or cancelled.
ADVISER_KEY = """
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.adviser_id = OLD.adviser_id AND NEW.starts_at = OLD.starts_at
       AND NEW.blocked_until = OLD.blocked_until AND NEW.adviser_key IS NOT DISTINCT FROM OLD.adviser_key THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(s.user_id, s.id) INTO NEW.adviser_key FROM public.programmes_seat s WHERE s.id = NEW.adviser_id;
    RETURN NEW;
END
"""
# An invitation that is accepted makes a seat somebody's. It is never refused because of consultations that overlap
# already: those keep their seat, and everything new is measured by the person.
SEAT_TAKEN = """
DECLARE
    taken uuid;
BEGIN
    FOR taken IN SELECT c.id FROM public.consultations_consultation c WHERE c.adviser_id = NEW.id LOOP
        BEGIN
            UPDATE public.consultations_consultation SET adviser_key = coalesce(NEW.user_id, NEW.id) WHERE id = taken;
        EXCEPTION WHEN exclusion_violation THEN
            NULL;
        END;
    END LOOP;
    RETURN NULL;
END
"""
TRIGGERS = """
CREATE TRIGGER consultations_adviser_key BEFORE INSERT OR UPDATE ON consultations_consultation
    FOR EACH ROW EXECUTE FUNCTION app.consultation_adviser_key();
CREATE TRIGGER consultations_seat_taken AFTER UPDATE OF user_id ON programmes_seat
    FOR EACH ROW WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id) EXECUTE FUNCTION app.consultation_seat_taken();
"""
NO_TRIGGERS = """
DROP TRIGGER consultations_seat_taken ON programmes_seat;
DROP TRIGGER consultations_adviser_key ON consultations_consultation;
"""
# When advisers are taken in whichever programme, without a word on by whom, where, or for what. Asked for by seats of
# the asker's own programmes; the person's other seats are looked up here and not named.
BUSY_TIMES = """
BEGIN
    RETURN QUERY SELECT own.id, c.starts_at, c.blocked_until
      FROM public.programmes_seat own
      JOIN public.programmes_seat every ON every.id = own.id OR every.user_id = own.user_id
      JOIN public.consultations_consultation c ON c.adviser_id = every.id
     WHERE own.id = ANY (seats) AND own.programme_id = ANY (app.programmes())
       AND c.state NOT IN ('cancelled', 'cancelled_late') AND c.blocked_until > since AND c.starts_at < until
     ORDER BY c.starts_at;
END
"""
BUSY_TIMES_BEFORE = """
BEGIN
    RETURN QUERY SELECT c.adviser_id, c.starts_at, c.blocked_until FROM public.consultations_consultation c
     WHERE c.adviser_id = ANY (seats) AND c.programme_id = ANY (app.programmes())
       AND c.state NOT IN ('cancelled', 'cancelled_late') AND c.blocked_until > since AND c.starts_at < until
     ORDER BY c.starts_at;
END
"""
# The same of companies: a secretariat books for a company that takes part in another one's programme as well.
COMPANY_TIMES = """
BEGIN
    RETURN QUERY SELECT c.company_id, c.starts_at, c.ends_at FROM public.consultations_consultation c
     WHERE c.company_id = ANY (companies)
       AND (c.company_id = ANY (app.content_companies()) OR c.company_id IN (SELECT app.secretariat_companies()))
       AND c.state NOT IN ('cancelled', 'cancelled_late') AND c.ends_at > since AND c.starts_at < until
     ORDER BY c.starts_at;
END
"""
BUSY = {
    "arguments": "seats uuid[], since timestamptz, until timestamptz",
    "returns": "TABLE (adviser_id uuid, starts_at timestamptz, blocked_until timestamptz)",
}


class RedefinedFunction(DefinerFunction):
    """Give a function that exists another body; backwards, the one it had."""

    def __init__(self, name, *, before, **kwargs):
        super().__init__(name, **kwargs)
        self.before = before

    def backwards(self, app_label, schema_editor, state):
        return DefinerFunction(self.name, arguments=self.arguments, returns=self.returns, body=self.before).forwards(
            app_label, schema_editor, state
        )


class Migration(migrations.Migration):
    dependencies = [("consultations", "0009_reminders"), ("programmes", "0009_registration")]
    operations = [
        migrations.AddField(
            model_name="consultation",
            name="adviser_key",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="consultation",
            name="adviser_key",
            field=models.UUIDField(editable=False),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ("cancelled", "cancelled_late")), _negated=True),
                expressions=[
                    ("adviser_key", "="),
                    (
                        models.Func(
                            "starts_at",
                            "blocked_until",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="consultations_person_once",
            ),
        ),
        GrantToDefiner("Consultation", privileges="SELECT, UPDATE"),
        DefinerFunction("consultation_adviser_key", returns="trigger", body=ADVISER_KEY, volatility="VOLATILE"),
        DefinerFunction("consultation_seat_taken", returns="trigger", body=SEAT_TAKEN, volatility="VOLATILE"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        RedefinedFunction("busy_times", body=BUSY_TIMES, before=BUSY_TIMES_BEFORE, **BUSY),
        DefinerFunction(
            "company_times",
            arguments="companies uuid[], since timestamptz, until timestamptz",
            returns="TABLE (company_id uuid, starts_at timestamptz, ends_at timestamptz)",
            body=COMPANY_TIMES,
        ),
    ]
