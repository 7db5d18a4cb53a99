import django.db.models.deletion
from django.db import migrations, models

from common.tenancy.operations import SameTenant


class Migration(migrations.Migration):
    dependencies = [("programmes", "0016_notices_and_enquiries")]
    operations = [
        migrations.AddField(
            model_name="programme",
            name="follows",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="next",
                to="programmes.programme",
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="continues",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="continued",
                to="programmes.enrolment",
            ),
        ),
        SameTenant("Enrolment", "continues"),
    ]
