from django.db import migrations

from common.tenancy.operations import MANAGED_PROGRAMMES, RowPolicies

# An upload is its uploader's alone until its programme is known; then it is the secretariat's.
READERS = f"(programme_id IS NULL AND uploaded_by_id = (SELECT app.uid())) OR {MANAGED_PROGRAMMES}"
OWN = "programme_id IS NULL AND uploaded_by_id = (SELECT app.uid())"


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial"), ("programmes", "0002_row_policies"), ("jobs", "0002_row_policies")]
    operations = [
        RowPolicies("Import", using=READERS, insert=OWN, delete=""),
        RowPolicies("ImportedRow", using=MANAGED_PROGRAMMES),
    ]
