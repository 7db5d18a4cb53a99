"""Say what the authenticator app of somebody of the demo shows now."""

import time

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from demo.management.refusal import refuse_outside_demo
from demo.services import current_code

# A code that ends sooner is not printed: nobody types that fast.
ENOUGH_SECONDS = 10


class Command(BaseCommand):
    help = "Print the code that somebody of the demo enters as the second step of signing in."

    def add_arguments(self, parser):
        parser.add_argument("email", help="address that somebody of the demo signs in with")

    def handle(self, *, email, **options):
        refuse_outside_demo()
        user = User.objects.filter(email__iexact=email.strip(), email__endswith=".example").first()
        if user is None:
            raise CommandError(f"Nobody of the demo signs in with {email}. `print_sign_in` lists the addresses.")
        shown = current_code(user)
        if shown and shown[1] < ENOUGH_SECONDS:
            time.sleep(shown[1])
            shown = current_code(user)
        if shown is None:
            self.stdout.write("No second step: the password is enough.")
        else:
            self.stdout.write(f"{shown[0]}  (for {shown[1]} seconds more, once)")
