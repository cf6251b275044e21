"""What was decided about everything in the schema, written by hand.

`test_catalogue.py` compares this with what the migrations make: something new fails there until it
is decided here. Each entry is an answer to a question of security or of upkeep, so answer it from
the rules (who may see this, write this, call this; what happens to it when its parent goes), and
only then write it down; never paste what the database says.
"""

from tests.sql.decisions.functions import FUNCTIONS
from tests.sql.decisions.tables import TABLES, VIEWS
from tests.sql.decisions.upkeep import ENUMS, FOREIGN_KEYS, SCHEDULES, SCHEMAS, TRIGGERS

__all__ = [
    "ENUMS",
    "FOREIGN_KEYS",
    "FUNCTIONS",
    "SCHEDULES",
    "SCHEMAS",
    "TABLES",
    "TRIGGERS",
    "VIEWS",
]
