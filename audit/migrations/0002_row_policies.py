from django.db import migrations

from common.tenancy.operations import COMPANIES, MANAGED_PROGRAMMES, AppendOnly, RowPolicies

# A company reads its own trail, the secretariat its programmes', everybody their own deeds. Whoever acts may tell.
READERS = f"actor_id = (SELECT app.uid()) OR {COMPANIES} OR {MANAGED_PROGRAMMES}"
TELLERS = "actor_id IS NULL OR actor_id = (SELECT app.uid())"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("common", "0001_predicates")]
    operations = [
        RowPolicies("Event", using=READERS, insert=f"(SELECT app.uid()) IS NULL OR {TELLERS}", update="", delete=""),
        AppendOnly("Event"),
    ]
