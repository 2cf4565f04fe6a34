"""Placeholder until the next commit."""


class Hub:
    running = False
    clients = 0
