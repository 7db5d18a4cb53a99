from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# A declared conflict of interest keeps an adviser from being assigned, whoever writes the row: page, round or workbook.
# What an assignment had before may be kept or shortened, so that one that stood when the conflict was declared can end.
BAR_ASSIGNMENT = """
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.adviser_id = OLD.adviser_id AND NEW.company_id = OLD.company_id
       AND NEW.starts_on >= OLD.starts_on
       AND coalesce(NEW.ends_on, 'infinity') <= coalesce(OLD.ends_on, 'infinity') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM public.programmes_conflict c
                WHERE c.seat_id = NEW.adviser_id AND c.company_id = NEW.company_id AND c.withdrawn_at IS NULL) THEN
        RAISE EXCEPTION 'the adviser declared a conflict of interest with the company'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'programmes_assignment_without_conflict';
    END IF;
    RETURN NEW;
END
"""
TRIGGER = """
CREATE TRIGGER programmes_assignment_without_conflict BEFORE INSERT OR UPDATE ON programmes_assignment
    FOR EACH ROW EXECUTE FUNCTION app.bar_assignment();
"""
NO_TRIGGER = "DROP TRIGGER programmes_assignment_without_conflict ON programmes_assignment;"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0017_next_programme")]
    operations = [
        GrantToDefiner("Conflict"),
        DefinerFunction("bar_assignment", returns="trigger", body=BAR_ASSIGNMENT, volatility="VOLATILE"),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
