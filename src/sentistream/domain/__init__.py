"""The vocabulary of the platform: plain records and pure rules, no input or output."""
