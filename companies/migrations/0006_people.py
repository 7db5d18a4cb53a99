from django.db import migrations, models

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# Companies for which the person acts as a manager, within the company that the request is about.
MANAGER_COMPANIES = """
DECLARE acting uuid := app.acting_company();
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT a.company_id), '{}')
              FROM public.companies_access a JOIN public.companies_membership m ON m.id = a.source_id
             WHERE a.user_id = app.uid() AND a.kind = 'member' AND a.revoked_at IS NULL AND a.starts_at <= now()
               AND (a.valid_until IS NULL OR a.valid_until > now())
               AND m.role = 'manager' AND m.ended_at IS NULL AND (acting IS NULL OR a.company_id = acting));
END
"""
# Ended by a manager of the company, by its secretariat, or by the person themselves; else nothing ends and it is an error.
END_MEMBER_ACCESS = """
DECLARE ended integer;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.companies_membership m
         WHERE m.id = membership
           AND (m.company_id = ANY (app.manager_companies())
                OR m.company_id = ANY (app.companies_as('{secretariat}'))
                OR EXISTS (SELECT 1 FROM public.companies_access a
                            WHERE a.source_id = m.id AND a.user_id = app.uid() AND a.revoked_at IS NULL))
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'not allowed to end this access';
    END IF;
    UPDATE public.companies_access SET revoked_at = now()
     WHERE source_id = membership AND kind = 'member' AND revoked_at IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
"""
# Opened again only to an account that acted for the company before: nobody becomes a member without an invitation.
REOPEN_MEMBER_ACCESS = """
DECLARE opened integer;
BEGIN
    INSERT INTO public.companies_access
           (id, user_id, company_id, kind, source_id, granted_by_id, starts_at, valid_until, revoked_at)
    SELECT gen_random_uuid(), p.user_id, m.company_id, 'member', m.id, app.uid(), now(), NULL, NULL
      FROM public.companies_membership m JOIN public.companies_person p ON p.id = m.person_id
     WHERE m.id = membership AND m.ended_at IS NULL AND p.user_id IS NOT NULL
       AND (m.company_id = ANY (app.manager_companies()) OR m.company_id = ANY (app.companies_as('{secretariat}')))
       AND EXISTS (SELECT 1 FROM public.companies_access a
                    WHERE a.user_id = p.user_id AND a.company_id = m.company_id AND a.kind = 'member')
    ON CONFLICT (user_id, company_id, source_id) DO UPDATE SET revoked_at = NULL, granted_by_id = excluded.granted_by_id;
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
END
"""
OWN = "company_id = ANY ((SELECT app.member_companies())::uuid[])"
MANAGERS = "company_id = ANY ((SELECT app.manager_companies())::uuid[])"
SECRETARIATS = "company_id IN (SELECT app.secretariat_companies())"
ALL = "(company_id = ANY ((SELECT app.content_companies())::uuid[]) OR company_id IN (SELECT app.secretariat_companies()))"


def narrowed(table: str, condition: str) -> migrations.RunSQL:
    """Let fewer write the rows than read them; advisers read a company's people and write none."""

    def written(condition: str) -> str:
        return (
            f"ALTER POLICY tenant_insert ON {table} WITH CHECK ({condition});"
            f"ALTER POLICY tenant_update ON {table} USING ({condition}) WITH CHECK ({condition});"
            f"ALTER POLICY tenant_delete ON {table} USING ({condition});"
        )

    return migrations.RunSQL(written(condition), written(ALL))


class Migration(migrations.Migration):
    dependencies = [("companies", "0005_needs_second_factor")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="left_on",
            field=models.DateField(blank=True, null=True, verbose_name="left on"),
        ),
        GrantToDefiner("Membership"),
        GrantToDefiner("Person"),
        DefinerFunction("manager_companies", returns="uuid[]", body=MANAGER_COMPANIES),
        DefinerFunction(
            "end_member_access",
            arguments="membership uuid",
            returns="integer",
            body=END_MEMBER_ACCESS,
            volatility="VOLATILE",
        ),
        DefinerFunction(
            "reopen_member_access",
            arguments="membership uuid",
            returns="integer",
            body=REOPEN_MEMBER_ACCESS,
            volatility="VOLATILE",
        ),
        narrowed("companies_person", f"({OWN} OR {SECRETARIATS})"),
        narrowed("companies_membership", f"({MANAGERS} OR {SECRETARIATS})"),
    ]
