from django.db import migrations

from common.tenancy.operations import COMPANIES, AppendOnly, RowPolicies

OWN = "{column} = ANY ((SELECT app.member_companies())::uuid[])"
SECRETARIATS = "{column} IN (SELECT app.secretariat_companies())"
# Advisers read a company's records; they do not write who it is.
WRITTEN = f"({OWN} OR {SECRETARIATS})"
# The company's own word, or a correction of the secretariat, which no member of the company can be made to have written.
CHANGED = (
    f"author_id = (SELECT app.uid()) AND ((NOT by_secretariat AND {OWN}) OR (by_secretariat AND {SECRETARIATS}))"
).format(column="company_id")
NARROW = """
ALTER POLICY tenant_update ON companies_company USING ({0}) WITH CHECK ({0});
""".format(WRITTEN.format(column="id"))
WIDE = """
ALTER POLICY tenant_update ON companies_company
    USING (id = ANY ((SELECT app.content_companies())::uuid[]) OR id IN (SELECT app.secretariat_companies()))
    WITH CHECK (id = ANY ((SELECT app.content_companies())::uuid[]) OR id IN (SELECT app.secretariat_companies()));
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_profile")]
    operations = [
        RowPolicies("ProfileChange", using=COMPANIES, insert=CHANGED, update="", delete=""),
        AppendOnly("ProfileChange"),
        migrations.RunSQL(NARROW, WIDE),
    ]
