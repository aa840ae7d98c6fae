"""What people take with them: the pages' content in the formats of other programs."""
