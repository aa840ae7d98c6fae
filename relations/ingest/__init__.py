"""feed -> article: feeds that are due are fetched, parsed and stored, each text of an article as a version of it."""
