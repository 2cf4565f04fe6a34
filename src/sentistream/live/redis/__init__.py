"""The team's live feed: a capped stream in Redis that every API process follows."""
