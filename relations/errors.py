"""Expected trouble. Everything else is a bug and surfaces as one."""


class RelationsError(Exception):
    """Something went wrong that a person can do something about; the message says what."""
