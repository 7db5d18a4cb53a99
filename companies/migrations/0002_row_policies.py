from django.db import migrations

from common.tenancy.operations import (
    DefinerFunction,
    GrantToDefiner,
    ReadOnly,
    RowPolicies,
    SameTenant,
    company_rows,
)

OWN_COMPANY = "(id = ANY ((SELECT app.content_companies())::uuid[]) OR id IN (SELECT app.secretariat_companies()))"

GRANT_ARGUMENTS = (
    "users uuid[], companies uuid[], kinds text[], sources uuid[], starts timestamptz[], untils timestamptz[]"
)
# A row may be granted by the secretariat of the company, or, for themselves, by the founder of a company that
# nobody can see yet. `starts` is null for "from now": the transaction's own clock, so that it holds at once.
GRANT_ACCESS = """
BEGIN
    IF EXISTS (
        SELECT 1 FROM unnest(users, companies, kinds) AS r(user_id, company_id, kind)
         WHERE NOT EXISTS (SELECT 1 FROM public.companies_access a
                            WHERE a.user_id = app.uid() AND a.company_id = r.company_id AND a.kind = 'secretariat'
                              AND a.revoked_at IS NULL AND a.starts_at <= now()
                              AND (a.valid_until IS NULL OR a.valid_until > now()))
           AND NOT (r.kind = 'secretariat' AND r.user_id = app.uid() AND app.may_found()
                    AND NOT EXISTS (SELECT 1 FROM public.companies_access a WHERE a.company_id = r.company_id))
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'not allowed to grant this access';
    END IF;
    INSERT INTO public.companies_access
           (id, user_id, company_id, kind, source_id, granted_by_id, starts_at, valid_until, revoked_at)
    SELECT gen_random_uuid(), r.user_id, r.company_id, r.kind, r.source_id, app.uid(),
           coalesce(r.starts_at, now()), r.valid_until, NULL
      FROM unnest(users, companies, kinds, sources, starts, untils)
           AS r(user_id, company_id, kind, source_id, starts_at, valid_until)
    ON CONFLICT (user_id, company_id, source_id) DO UPDATE
       SET kind = excluded.kind, granted_by_id = excluded.granted_by_id, starts_at = excluded.starts_at,
           valid_until = excluded.valid_until, revoked_at = NULL;
END
"""
# Ended by the person themselves or by the secretariat of the company. One row that the actor may not end refuses all:
# access that stays open unnoticed is worse than an error.
END_ACCESS = """
DECLARE ended integer;
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.companies_access e
         WHERE e.source_id = ANY (sources) AND e.revoked_at IS NULL AND e.user_id IS DISTINCT FROM app.uid()
           AND NOT EXISTS (SELECT 1 FROM public.companies_access a
                            WHERE a.user_id = app.uid() AND a.company_id = e.company_id AND a.kind = 'secretariat'
                              AND a.revoked_at IS NULL AND a.starts_at <= now()
                              AND (a.valid_until IS NULL OR a.valid_until > now()))
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'not allowed to end this access';
    END IF;
    UPDATE public.companies_access SET revoked_at = now() WHERE source_id = ANY (sources) AND revoked_at IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_initial"), ("accounts", "0002_predicates_read_accounts")]
    operations = [
        RowPolicies("Access", using="user_id = (SELECT app.uid())", insert="", update="", delete=""),
        ReadOnly("Access"),
        GrantToDefiner("Access", privileges="SELECT, INSERT, UPDATE"),
        DefinerFunction(
            "grant_access", arguments=GRANT_ARGUMENTS, returns="void", body=GRANT_ACCESS, volatility="VOLATILE"
        ),
        DefinerFunction(
            "end_access", arguments="sources uuid[]", returns="integer", body=END_ACCESS, volatility="VOLATILE"
        ),
        RowPolicies("Company", using=OWN_COMPANY, insert="(SELECT app.may_found())", delete=""),
        company_rows("Person"),
        company_rows("Membership"),
        SameTenant("Membership", "person"),
    ]
