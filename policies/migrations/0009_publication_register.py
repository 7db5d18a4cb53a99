import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy.operations import DefinerFunction, GrantToDefiner, SameTenant

# A text comes into the register only word for word as a publication of the same company has it.
AS_PUBLISHED = """
    company_id = ANY ((SELECT app.member_companies())::uuid[])
    AND EXISTS (SELECT 1 FROM policies_publication p JOIN policies_revision r ON r.id = p.revision_id
                 WHERE p.id = policies_registerversion.publication_id
                   AND p.company_id = policies_registerversion.company_id
                   AND r.sha256 = policies_registerversion.sha256
                   AND r.content = policies_registerversion.content)
"""
AS_WRITTEN = "company_id = ANY ((SELECT app.member_companies())::uuid[])"
WRITE_POLICIES = """
DROP POLICY tenant_insert ON policies_registerversion;
DROP POLICY tenant_update ON policies_registerversion;
CREATE POLICY tenant_insert ON policies_registerversion FOR INSERT WITH CHECK ({insert});
CREATE POLICY tenant_update ON policies_registerversion FOR UPDATE USING ({using}) WITH CHECK ({insert});
"""

# Work by the clock has nobody who asked for it, and nobody sees no row: these say in whose name each piece is done,
# preferably of who published, else of whoever has acted for the company longest.
_IN_WHOSE_NAME = """
    JOIN LATERAL (
        SELECT a.user_id FROM public.companies_access a JOIN public.accounts_user u ON u.id = a.user_id AND u.is_active
         WHERE a.company_id = p.company_id AND a.kind = 'member' AND a.revoked_at IS NULL
           AND a.starts_at <= now() AND (a.valid_until IS NULL OR a.valid_until > now())
         ORDER BY a.user_id <> p.published_by_id, a.starts_at, a.id LIMIT 1
    ) member ON true
"""
DUE_LINK_CHECKS = """
BEGIN
    RETURN QUERY SELECT p.id, member.user_id FROM public.policies_publication p
      JOIN public.policies_cycle c ON c.id = p.cycle_id AND c.state = 'published'
      -- in whose name
     WHERE p.address <> '' AND greatest(p.link_asked_at, p.link_checked_at) < now() - interval '6 days 12 hours'
     ORDER BY p.link_checked_at NULLS FIRST LIMIT 500;
END
"""
# A year's review is due while the published text is the last one and nobody has begun the next.
DUE_REVIEWS = """
BEGIN
    RETURN QUERY SELECT p.id, member.user_id FROM public.policies_publication p
      JOIN public.policies_cycle c ON c.id = p.cycle_id AND c.state = 'published'
      -- in whose name
     WHERE p.review_on <= day
       AND NOT EXISTS (SELECT 1 FROM public.policies_cycle n WHERE n.policy_id = c.policy_id AND n.number > c.number)
     ORDER BY p.review_on;
END
"""
LISTED = models.Q(is_listed=True)


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_row_policies"),
        ("policies", "0008_drafting_settled_saves"),
        ("programmes", "0003_attendance_mode_when_present"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="registerentry",
            options={
                "ordering": ["sort_name", "id"],
                "verbose_name": "entry of the register",
                "verbose_name_plural": "entries of the register",
            },
        ),
        migrations.RemoveIndex(
            model_name="registerentry",
            name="policies_register_name",
        ),
        migrations.RemoveIndex(
            model_name="registerentry",
            name="policies_register_published",
        ),
        migrations.AddField(
            model_name="paragraph",
            name="origin_id",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="publication",
            name="link_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="publication",
            name="link_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("name", "The name in the address does not exist, or nobody answers for it."),
                    ("connection", "No connection came about."),
                    ("certificate", "The certificate of the page is not valid."),
                    ("slow", "The page took longer than 10 seconds."),
                    ("status", "The page answered with an error."),
                    ("kind", "What is there is neither a web page nor a PDF."),
                    ("redirects", "The page sends on to others more than three times."),
                    ("place", "The address leads into a private network."),
                    ("shape", "The address is not one of a public web page."),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="registerentry",
            name="grams",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), blank=True, default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="registerentry",
            name="present",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.registerversion",
            ),
        ),
        migrations.AddField(
            model_name="registerentry",
            name="search",
            field=models.CharField(blank=True, editable=False, max_length=700),
        ),
        migrations.AddField(
            model_name="registerentry",
            name="sort_name",
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="registerversion",
            name="publication",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="register_versions",
                to="policies.publication",
            ),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=models.Index(condition=LISTED, fields=["sort_name", "id"], name="policies_register_name"),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=models.Index(condition=LISTED, fields=["-published_on", "id"], name="policies_register_published"),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=models.Index(condition=LISTED, fields=["industry"], name="policies_register_industry"),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=models.Index(condition=LISTED, fields=["prefecture"], name="policies_register_prefecture"),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=models.Index(fields=["-updated_at"], name="policies_register_updated"),
        ),
        migrations.AddIndex(
            model_name="registerentry",
            index=django.contrib.postgres.indexes.GinIndex(fields=["grams"], name="policies_register_grams"),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(fields=("cycle",), name="policies_publication_once_a_cycle"),
        ),
        SameTenant("RegisterEntry", "present"),
        SameTenant("RegisterVersion", "publication"),
        migrations.RunSQL(
            WRITE_POLICIES.format(insert=AS_PUBLISHED, using=AS_WRITTEN),
            WRITE_POLICIES.format(insert=AS_WRITTEN, using=AS_WRITTEN),
        ),
        # The next cycle may belong to another programme than the text that it starts from; the company stays the same.
        migrations.RunSQL(
            "ALTER TABLE policies_cycle DROP CONSTRAINT policies_cycle_based_on_id_same_programme_id",
            migrations.RunSQL.noop,
        ),
        GrantToDefiner("Publication"),
        GrantToDefiner("Cycle"),
        DefinerFunction(
            "due_link_checks",
            returns="TABLE (publication_id uuid, user_id uuid)",
            body=DUE_LINK_CHECKS.replace("-- in whose name", _IN_WHOSE_NAME),
        ),
        DefinerFunction(
            "due_policy_reviews",
            arguments="day date",
            returns="TABLE (publication_id uuid, user_id uuid)",
            body=DUE_REVIEWS.replace("-- in whose name", _IN_WHOSE_NAME),
        ),
    ]
