"""Reads only. Rows come out as values ready to show, so that templates only place them."""
