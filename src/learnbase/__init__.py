"""Learnbase: the Supabase backend of a learning platform."""
