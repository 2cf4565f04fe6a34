"""SentiStream: a self-hosted, real-time social sentiment platform."""

__version__ = "0.1.0"
