from .audit import AuditEvent
from .away import Away
from .clinic import Clinic, ClinicHours, ClosedDay, NoteKind
from .condition import Condition, ConditionFact
from .exercise import Exercise, ExerciseRevision
from .icd import IcdCode
from .plan_template import FollowUp, PlanTemplate, TemplateExercise, TemplatePhase, TemplateVersion
from .snippet import Snippet
from .user import User

__all__ = [
    "AuditEvent",
    "Away",
    "Clinic",
    "ClinicHours",
    "ClosedDay",
    "Condition",
    "ConditionFact",
    "Exercise",
    "ExerciseRevision",
    "FollowUp",
    "IcdCode",
    "NoteKind",
    "PlanTemplate",
    "Snippet",
    "TemplateExercise",
    "TemplatePhase",
    "TemplateVersion",
    "User",
]
