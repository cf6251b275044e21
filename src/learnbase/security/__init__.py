"""Pure decisions about what may be trusted: no clock, no randomness, no service."""
