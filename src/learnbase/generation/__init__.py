"""The course of a generation: asking, checking, warranting links. Services come as arguments."""
