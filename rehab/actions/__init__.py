"""Everything that changes the clinic and its catalogue: keyword-only, atomic, by whom and when."""
