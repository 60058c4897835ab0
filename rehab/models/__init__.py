from .audit import AuditEvent
from .clinic import Clinic
from .condition import Condition, ConditionFact
from .exercise import Exercise, ExerciseRevision
from .icd import IcdCode
from .plan_template import FollowUp, PlanTemplate, TemplateExercise, TemplatePhase, TemplateVersion
from .user import User

__all__ = [
    "AuditEvent",
    "Clinic",
    "Condition",
    "ConditionFact",
    "Exercise",
    "ExerciseRevision",
    "FollowUp",
    "IcdCode",
    "PlanTemplate",
    "TemplateExercise",
    "TemplatePhase",
    "TemplateVersion",
    "User",
]
