"""Watches: what was scored since the last look is compared with what each waits for, and people are told."""
