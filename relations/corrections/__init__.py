"""An editor's change of an event, its audit and its undo."""
