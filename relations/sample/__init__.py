"""The sample: stories of our own about invented happenings between five real pairs, served as two local feeds."""
