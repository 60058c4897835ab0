"""What pages show of many rows, read in a fixed number of queries. Told the time; changes nothing."""

from .days import Asked, Day, Readings, load, load_many

__all__ = ["Asked", "Day", "Readings", "load", "load_many"]
