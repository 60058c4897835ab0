"""Everything that changes a patient’s record: keyword-only, atomic, by whom and when."""
