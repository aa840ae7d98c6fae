"""event -> pair-day: the tension score of each pair and day, with its band. docs/score.md explains the formula."""
