"""Make the database ready: roles, tables, policies, cache. Run at each deployment, as the owner."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from common.tenancy.roles import let_web_role_sign_in


class Command(BaseCommand):
    help = "Create the database roles, migrate, and let the web role sign in. Safe to run again."

    def handle(self, *args, **options):
        if "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_URL is not set; setting up needs the owner's login.")
        verbosity = options["verbosity"]
        call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
        call_command("createcachetable", database="owner", verbosity=0)
        let_web_role_sign_in(connections["owner"], password=settings.DATABASES["default"]["PASSWORD"])
        self.stdout.write("Database is ready.")
