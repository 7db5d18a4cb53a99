from django.db import migrations

from common.tenancy.operations import GrantToDefiner


class Migration(migrations.Migration):
    """As whom somebody acts in a company is told to the trail by a function of the database, which asks who is of it."""

    dependencies = [("policies", "0011_keep_closed"), ("companies", "0002_row_policies")]
    operations = [GrantToDefiner("companies.Membership"), GrantToDefiner("companies.Person")]
