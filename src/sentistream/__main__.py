"""`python -m sentistream`."""

from sentistream.cli import main

main()
