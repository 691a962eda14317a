"""The colours of photos: a hash of brightness alone took too many photos for near-duplicates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("photos", sa.Column("colours", sa.LargeBinary(), nullable=True))
