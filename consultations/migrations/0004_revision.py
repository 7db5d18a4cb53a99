import django.db.models.deletion
from django.db import migrations, models

from common.tenancy.operations import SameTenant


class Migration(migrations.Migration):
    dependencies = [("consultations", "0003_same_programme"), ("policies", "0010_word_import")]

    operations = [
        migrations.AddField(
            model_name="consultation",
            name="revision",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="policies.revision",
            ),
        ),
        SameTenant("Consultation", "revision"),
        SameTenant("Consultation", "revision", column="programme_id"),
    ]
