"""Dyad: relations between pairs of countries, from a feed's bytes to a pair's timeline."""
