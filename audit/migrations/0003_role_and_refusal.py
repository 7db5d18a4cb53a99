from django.db import migrations, models
from django.db.models import Q

from common.tenancy.operations import COMPANIES, MANAGED_PROGRAMMES, RECORDS, DefinerFunction

# As whom somebody does it, asked while it happens: later nobody could tell. In a company the own people come first, then
# who advises it; the secretariat acts for programmes.
ACTING_ROLE = """
DECLARE found text;
BEGIN
    IF 'link' IN (NEW.detail->>'by', NEW.detail->>'way') THEN
        found := 'link';
    ELSIF NEW.actor_id IS NULL THEN
        found := 'system';
    ELSIF EXISTS (SELECT 1 FROM public.accounts_user u WHERE u.id = NEW.actor_id AND u.is_operator) THEN
        found := 'operator';
    ELSIF NEW.company_id IS NOT NULL THEN
        SELECT m.role INTO found FROM public.companies_membership m JOIN public.companies_person p ON p.id = m.person_id
         WHERE p.user_id = NEW.actor_id AND m.company_id = NEW.company_id AND m.ended_at IS NULL LIMIT 1;
        IF found IS NULL THEN
            SELECT a.kind INTO found FROM public.companies_access a
             WHERE a.user_id = NEW.actor_id AND a.company_id = NEW.company_id AND a.kind <> 'member'
               AND a.revoked_at IS NULL AND a.starts_at <= now() AND (a.valid_until IS NULL OR a.valid_until > now())
             ORDER BY a.kind LIMIT 1;
        END IF;
    END IF;
    IF found IS NULL AND NEW.programme_id IS NOT NULL THEN
        SELECT CASE WHEN s.role = 'adviser' THEN 'adviser' ELSE 'secretariat' END INTO found
          FROM public.programmes_seat s
         WHERE s.user_id = NEW.actor_id AND s.programme_id = NEW.programme_id AND s.ended_at IS NULL
         ORDER BY s.role = 'adviser' LIMIT 1;
    END IF;
    NEW.acting_role := coalesce(found, '');
    RETURN NEW;
END
"""

# The web role has no right to change or delete what was told. This holds for the owner, too, who migrates and restores:
# what is older than seven years may go, and all of it where a database is cleared on purpose.
REFUSAL = """
CREATE FUNCTION app.keep_the_trail() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' AND current_setting('app.clearing', true) = 'on' THEN
        RETURN OLD;
    ELSIF TG_OP = 'DELETE' AND OLD.at < now() - interval '7 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The trail is written once: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_event_kept BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION app.keep_the_trail();
CREATE TRIGGER audit_event_not_emptied BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION app.keep_the_trail();
CREATE TRIGGER audit_event_acting_role BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION app.tell_acting_role();
"""
NO_REFUSAL = """
DROP TRIGGER audit_event_acting_role ON audit_event;
DROP TRIGGER audit_event_not_emptied ON audit_event;
DROP TRIGGER audit_event_kept ON audit_event;
DROP FUNCTION app.keep_the_trail();
"""

# Signing in belongs to a person and to no company. It is read by that person, by managers for the people of their
# company, and by a secretariat for those who have a seat in its programme.
OVERSEEN = """
BEGIN
    RETURN array(
        SELECT app.uid()
         UNION
        SELECT p.user_id
          FROM public.companies_membership m JOIN public.companies_person p ON p.id = m.person_id
         WHERE m.ended_at IS NULL AND p.user_id IS NOT NULL
           AND m.company_id = coalesce(app.acting_company(), m.company_id)
           AND m.company_id IN (
               SELECT own.company_id
                 FROM public.companies_membership own JOIN public.companies_person me ON me.id = own.person_id
                WHERE me.user_id = app.uid() AND own.role = 'manager' AND own.ended_at IS NULL)
         UNION
        SELECT s.user_id FROM public.programmes_seat s
         WHERE s.ended_at IS NULL AND s.user_id IS NOT NULL AND s.programme_id = ANY (app.managed_programmes())
    );
END
"""
BEFORE = f"""
actor_id = (SELECT app.uid()) OR {RECORDS}
OR (programme_id IS NULL AND {COMPANIES}) OR (company_id IS NULL AND {MANAGED_PROGRAMMES})
"""
READERS = f"""{BEFORE}
OR (object_type = 'accounts.user' AND company_id IS NULL AND programme_id IS NULL
    AND object_id = ANY ((SELECT app.overseen_people())::uuid[]))
"""


class Migration(migrations.Migration):
    # The functions read who is of a company and who has a seat: bound late, and granted where those tables are made.
    dependencies = [("audit", "0002_row_policies")]
    operations = [
        migrations.AddField("Event", "acting_role", models.CharField(blank=True, max_length=12)),
        DefinerFunction("tell_acting_role", returns="trigger", body=ACTING_ROLE, volatility="VOLATILE"),
        migrations.RunSQL(REFUSAL, NO_REFUSAL),
        migrations.AddIndex(
            "Event",
            models.Index(
                fields=["object_id", "-at"], name="audit_account_at", condition=Q(object_type="accounts.user")
            ),
        ),
        DefinerFunction("overseen_people", returns="uuid[]", body=OVERSEEN),
        migrations.RunSQL(
            f"ALTER POLICY tenant_select ON audit_event USING ({READERS})",
            f"ALTER POLICY tenant_select ON audit_event USING ({BEFORE})",
        ),
    ]
