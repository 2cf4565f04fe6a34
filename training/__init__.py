"""Builds the models that ship with SentiStream: `python -m training STAGE`; see README.md."""
