"""The tension score: a discounted, intensity-weighted mean of severities with a prior. docs/score.md explains it.

formula: one event at one time, and what its probability is. terms: which events stand for an engagement or a state.
sums: a pair's days and the series that follows from them. shares: why a score is what it is. chapters: turning points.
"""
