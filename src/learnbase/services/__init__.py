"""The outside: the only importers of postgrest, openai and httpx."""
