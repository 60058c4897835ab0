"""Set up the demo clinic, for whoever wants to look at the product."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.demo.build import OtherData, build_demo, day_of_demo
from patients.demo.clinic import TIME_ZONE
from patients.models import Patient
from patients.sentences import STATES
from rehab.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD


class Command(BaseCommand):
    help = "Fill an empty database with a made-up clinic and its patients. Only in demo mode (DEMO=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="the day of the demo, YYYY-MM-DD; default: today")
        parser.add_argument("--seed", type=int, default=1, help="another number, other reports; default: 1")

    def handle(self, *args: Any, day: date | None, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is for demo mode only: set DEMO=1, and never where there are real patients.")
        today = timezone.now().astimezone(ZoneInfo(TIME_ZONE)).date()
        day = day or today
        if day > today:
            raise CommandError(f"The demo shows what has happened: {day} has not come yet.")
        built = 0
        try:
            for patient in build_demo(day=day, seed=seed):
                built += 1
                self.stdout.write(_line(patient, day))
        except OtherData as other:
            raise CommandError(
                "This database holds a clinic that is not the demo's. Nothing was changed; give the demo a database "
                "of its own (DATABASE_URL)."
            ) from other
        if not built:
            self.stdout.write(
                f"The demo is there already, made for {day_of_demo()}; nothing was changed. "
                "For one of today, delete its database first."
            )
        self.stdout.write("Sign in with:")
        for email, role in DEMO_ACCOUNTS:
            self.stdout.write(f"  {email:<20} {DEMO_PASSWORD}   {role}")


def _line(patient: Patient, day: date) -> str:
    position = patient.plans.get().position(day)
    where = f"phase {position.phase}, week {position.week_in_phase} of it"
    return f"{patient.number}  {patient.name}: {where}, {STATES[position.state]}"
