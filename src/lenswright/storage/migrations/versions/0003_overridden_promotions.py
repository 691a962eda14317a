"""Promotions that went against the gate; of those made so far there are none."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "promotions", sa.Column("overridden", sa.Boolean(), nullable=False, server_default=sa.false())
    )
