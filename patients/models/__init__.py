from .checkin import CheckIn
from .episode import Episode
from .invitation import Invitation
from .log import ExerciseLog, How
from .patient import Patient
from .plan import Decision, Plan, PlanPhase, PlanSpan, Prescription
from .session import Addendum, SessionExercise, TreatmentSession
from .visit import Visit, VisitEvent

__all__ = [
    "Addendum",
    "CheckIn",
    "Decision",
    "Episode",
    "ExerciseLog",
    "How",
    "Invitation",
    "Patient",
    "Plan",
    "PlanPhase",
    "PlanSpan",
    "Prescription",
    "SessionExercise",
    "TreatmentSession",
    "Visit",
    "VisitEvent",
]
