"""The HTTP edge: files, calendar feeds and the question whether a plan would fit."""
