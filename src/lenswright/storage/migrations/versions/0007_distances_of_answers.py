"""How far answered photos were from the training photos, and the predictions of a version by time."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("requests", sa.Column("distance", sa.Double(), nullable=True))
    answered = sa.text("predicted_class IS NOT NULL")
    op.create_index(
        "ix_requests_task_version_at",
        "requests",
        ["task", "version", "at"],
        sqlite_where=answered,
        postgresql_where=answered,
    )
