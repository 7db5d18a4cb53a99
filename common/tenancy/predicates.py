"""The SQL functions that every row-level policy asks. They know the context and the access tables, nothing else."""

from .operations import DefinerFunction

CONTEXT_FUNCTIONS = """
CREATE FUNCTION app.uid() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
CREATE FUNCTION app.acting_company() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT nullif(current_setting('app.company_id', true), '')::uuid $$;
"""

DROP_CONTEXT_FUNCTIONS = "DROP FUNCTION app.acting_company(); DROP FUNCTION app.uid();"

_COMPANIES_AS = """
DECLARE acting uuid := app.acting_company(); ids uuid[];
BEGIN
    SELECT coalesce(array_agg(DISTINCT a.company_id), '{}') INTO ids
      FROM public.companies_access a
     WHERE a.user_id = app.uid() AND a.kind = ANY (kinds) AND a.revoked_at IS NULL
       AND a.starts_at <= now() AND (a.valid_until IS NULL OR a.valid_until > now())
       AND (acting IS NULL OR a.company_id = acting);
    RETURN ids;
END
"""

_SECRETARIAT_COMPANIES = """
BEGIN
    RETURN QUERY SELECT unnest(app.companies_as('{secretariat}'));
END
"""

_MANAGED_PROGRAMMES = """
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT s.programme_id), '{}') FROM public.programmes_seat s
             WHERE s.user_id = app.uid() AND s.ended_at IS NULL AND s.role IN ('leader', 'member', 'operator'));
END
"""

_PROGRAMMES = """
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT p.programme_id), '{}') FROM (
        SELECT s.programme_id FROM public.programmes_seat s WHERE s.user_id = app.uid() AND s.ended_at IS NULL
        UNION
        SELECT e.programme_id FROM public.programmes_enrolment e
         WHERE e.company_id = ANY (app.companies_as('{member}'))
    ) p);
END
"""

_MAY_FOUND = """
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.accounts_user u WHERE u.id = app.uid() AND u.is_operator AND u.is_active)
        OR EXISTS (SELECT 1 FROM public.programmes_seat s WHERE s.user_id = app.uid() AND s.ended_at IS NULL
                    AND s.role IN ('leader', 'member', 'operator'));
END
"""

_IS_UNSTAFFED = """
BEGIN
    RETURN NOT EXISTS (SELECT 1 FROM public.programmes_seat s WHERE s.programme_id = programme
                        AND s.user_id IS NOT NULL AND s.role IN ('leader', 'member', 'operator'));
END
"""


def _alias(name: str, kinds: str) -> DefinerFunction:
    return DefinerFunction(name, returns="uuid[]", body=f"BEGIN RETURN app.companies_as('{{{kinds}}}'); END")


PREDICATES = [
    DefinerFunction("companies_as", arguments="kinds text[]", returns="uuid[]", body=_COMPANIES_AS),
    # Records: state, dates, attendance, bookings, counts.
    _alias("companies", "member,adviser,secretariat"),
    # Content: texts, comments, minutes. Closed to the secretariat, whose members may be customers of the company.
    _alias("content_companies", "member,adviser"),
    # The person's own companies. Feedback after sessions is for these and the secretariat, not for advisers.
    _alias("member_companies", "member"),
    DefinerFunction("secretariat_companies", returns="SETOF uuid", body=_SECRETARIAT_COMPANIES),
    DefinerFunction("managed_programmes", returns="uuid[]", body=_MANAGED_PROGRAMMES),
    DefinerFunction("programmes", returns="uuid[]", body=_PROGRAMMES),
    DefinerFunction("may_found", returns="boolean", body=_MAY_FOUND),
    DefinerFunction("is_unstaffed", arguments="programme uuid", returns="boolean", body=_IS_UNSTAFFED),
]
