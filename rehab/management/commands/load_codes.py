"""Load the diagnosis codes that the product ships."""

from typing import Any

from django.core.management.base import BaseCommand

from rehab.actions.icd import load_codes


class Command(BaseCommand):
    help = "Load the shipped ICD-10-CM codes. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_codes()} codes written")
