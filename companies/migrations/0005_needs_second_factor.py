from django.db import migrations

from common.tenancy.operations import DefinerFunction, GrantToDefiner

# Whose password alone opens nothing: the secretariat, advisers and managers of companies. Asked in the statement that
# loads the person of a request, before there is a context, so that a seat counts from the next request on.
NEEDS_SECOND_FACTOR = """
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.programmes_seat s WHERE s.user_id = person AND s.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM public.companies_person p
                     JOIN public.companies_membership m ON m.person_id = p.id
                    WHERE p.user_id = person AND m.ended_at IS NULL AND m.role = 'manager');
END
"""


class Migration(migrations.Migration):
    dependencies = [("companies", "0004_profile_policies"), ("common", "0001_predicates")]
    operations = [
        GrantToDefiner("Person"),
        GrantToDefiner("Membership"),
        DefinerFunction("needs_second_factor", arguments="person uuid", returns="boolean", body=NEEDS_SECOND_FACTOR),
    ]
