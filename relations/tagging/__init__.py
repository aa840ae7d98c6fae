"""article -> report: who did what to whom, when and at what stage, read from the words of an article."""
