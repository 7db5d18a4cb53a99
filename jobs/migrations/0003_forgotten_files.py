from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# A file of one's own, of a programme by its secretariat, of a company by its people and, unless it is content, by the
# secretariat.
FORGET_FILE = """
DECLARE forgotten integer;
BEGIN
    DELETE FROM public.jobs_storedfile f
     WHERE f.id = file AND (f.created_by_id = app.uid()
        OR (f.company_id IS NULL AND f.programme_id = ANY (app.managed_programmes()))
        OR f.company_id = ANY (app.content_companies())
        OR (NOT f.is_content AND f.company_id IN (SELECT app.secretariat_companies())));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
"""
# Asked by the sweeper, which acts for nobody and would see no row. It learns nothing that it did not name.
NAMED_PATHS = """
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT f.path::text), '{}') FROM public.jobs_storedfile f
             WHERE f.path = ANY (paths));
END
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_row_policies")]
    operations = [
        GrantToDefiner("StoredFile", privileges="SELECT, DELETE"),
        DefinerFunction(
            "forget_file", arguments="file uuid", returns="integer", body=FORGET_FILE, volatility="VOLATILE"
        ),
        DefinerFunction("named_paths", arguments="paths text[]", returns="text[]", body=NAMED_PATHS),
    ]
