"""`python -m learnbase.cli`."""

from learnbase.cli import main

main()
