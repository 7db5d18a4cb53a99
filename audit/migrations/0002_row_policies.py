from django.db import migrations

from common.tenancy.operations import COMPANIES, MANAGED_PROGRAMMES, RECORDS, AppendOnly, RowPolicies

# What a company did in a programme is read like its records; what it did outside of any, by whoever sees the company;
# what happened in a programme, by its secretariat; and everybody reads their own deeds. Whoever acts may tell.
READERS = f"""
actor_id = (SELECT app.uid()) OR {RECORDS}
OR (programme_id IS NULL AND {COMPANIES}) OR (company_id IS NULL AND {MANAGED_PROGRAMMES})
"""
TELLERS = "actor_id IS NULL OR actor_id = (SELECT app.uid())"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("common", "0001_predicates")]
    operations = [
        RowPolicies("Event", using=READERS, insert=f"(SELECT app.uid()) IS NULL OR {TELLERS}", update="", delete=""),
        AppendOnly("Event"),
    ]
