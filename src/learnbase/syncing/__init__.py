"""The course of an export: load, look, decide, carry out, each step in the books before the next.

The services are arguments: nothing here opens a connection.
"""
