"""What the words mean: countries, institutions, office-holders and event types, as tables to read and mend.

No Django here: the coder works from these tables without a database.
"""
