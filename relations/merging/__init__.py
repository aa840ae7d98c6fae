"""report -> event: one happening is one event, whoever reports it."""
