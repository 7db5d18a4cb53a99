from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from common.tenancy.predicates import CONTEXT_FUNCTIONS, DROP_CONTEXT_FUNCTIONS, PREDICATES


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(CONTEXT_FUNCTIONS, DROP_CONTEXT_FUNCTIONS),
        *PREDICATES,
    ]
