"""The demo: one clinic and six patients with a history, told through the same actions as the pages use.

`clinic` founds it, `record` does what a day at the clinic or at home does, `stories` and `notes` tell the six, and
`build` puts it together. The same day and seed give the same figures; public ids, one-time codes and hashes differ.
"""
