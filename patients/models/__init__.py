from .checkin import CheckIn
from .episode import DealtWith, Episode, Handover
from .invitation import Invitation
from .log import ExerciseLog, How
from .own_exercise import OwnExercise
from .patient import Patient
from .plan import (
    Acknowledgement,
    Decision,
    KeptExercise,
    Plan,
    PlanPhase,
    PlanSpan,
    Prescription,
    PrintedSheet,
)
from .session import Addendum, SessionExercise, TreatmentSession
from .visit import Visit, VisitEvent

__all__ = [
    "Acknowledgement",
    "Addendum",
    "CheckIn",
    "DealtWith",
    "Decision",
    "Episode",
    "ExerciseLog",
    "Handover",
    "How",
    "Invitation",
    "KeptExercise",
    "OwnExercise",
    "Patient",
    "Plan",
    "PlanPhase",
    "PlanSpan",
    "Prescription",
    "PrintedSheet",
    "SessionExercise",
    "TreatmentSession",
    "Visit",
    "VisitEvent",
]
