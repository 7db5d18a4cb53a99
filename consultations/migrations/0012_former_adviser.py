from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0011_told")]
    operations = [
        migrations.AddField(model_name="change", name="former_user_id", field=models.UUIDField(null=True)),
    ]
