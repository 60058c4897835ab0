"""What may change of a patient's record. See `rehab/freeze.py`."""

from rehab.freeze import AppendOnly, Frozen, FrozenWith, Mutable, Rule

PATIENTS: dict[str, Rule] = {
    "patients.Patient": Mutable(kept=True),
    "patients.Episode": Mutable(kept=True),
    "patients.Handover": AppendOnly(),
    "patients.DealtWith": AppendOnly(),
    "patients.OwnExercise": AppendOnly(),
    "patients.Plan": Mutable(kept=True),
    "patients.PlanPhase": AppendOnly(),
    "patients.Decision": AppendOnly(),
    "patients.PlanSpan": Mutable(),  # derived: written anew with each decision
    "patients.Prescription": AppendOnly(but=("until", "closed_by_id", "voided_by_id")),
    "patients.KeptExercise": AppendOnly(),
    "patients.Acknowledgement": AppendOnly(),
    "patients.PrintedSheet": AppendOnly(),
    "patients.ExerciseLog": AppendOnly(set_once=("superseded_at",)),
    "patients.CheckIn": AppendOnly(set_once=("superseded_at",)),
    "patients.TreatmentSession": Frozen(closed="OLD.status <> 'draft'", kept=True),
    "patients.SessionExercise": FrozenWith("patients.TreatmentSession", "session_id", "p.status <> 'draft'"),
    "patients.Addendum": AppendOnly(),
    "patients.Visit": Mutable(kept=True),
    "patients.VisitEvent": AppendOnly(),
    "patients.Invitation": AppendOnly(but=("failures",), set_once=("used_at", "revoked_at")),
}
