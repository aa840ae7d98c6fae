"""From a parsed sentence to its events: who stands for whom, what is asserted of it, and which frame tells of it."""
