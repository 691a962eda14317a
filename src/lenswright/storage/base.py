"""What all tables share. Times are epoch seconds (UTC); JSON is kept as text.

A change to a table needs a new file in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

LARGEST_ID = 2**31 - 1  # what an id can be in every database: PostgreSQL's have 32 bits
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The base of all tables; constraints have stable names so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)
