"""The fault suite judges rightly: a history with nothing wrong passes, each broken one does not."""
