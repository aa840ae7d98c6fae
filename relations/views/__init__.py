"""Pages. A view asks the queries, then answers; what a person may not do is refused here."""
