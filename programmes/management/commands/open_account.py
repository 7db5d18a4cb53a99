"""Let somebody of an imported roster sign in, on an operator's word that the address is theirs."""

from django.core.management.base import BaseCommand, CommandError

from accounts.services import open_account, system_operator
from common.tenancy import acting_as
from companies.models import Person
from programmes.models import Seat
from programmes.services import open_places


class Command(BaseCommand):
    help = "Open an account for an address that a programme knows. It signs in by a code sent to the address."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--language", choices=["ja", "en"], default="ja")

    def handle(self, *args, email, language, **options):
        operator = system_operator()
        with acting_as(operator.pk):
            known = (
                Seat.objects.current().filter(email__iexact=email).first()
                or Person.objects.filter(email__iexact=email).first()
            )
            if known is None:
                raise CommandError(f"No programme founded on this command line knows {email}.")
            user = open_account(email=email, name_ja=known.name_ja, name_en=known.name_en, language=language)
            places = open_places(user=user, actor=operator)
        self.stdout.write(
            f"{email}: {places.seats} seats, {places.companies} companies. Signs in by a code sent there."
        )
