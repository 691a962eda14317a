"""Edits, snapshots, suggestions and reviews; of photos their quality, their bin and their origin."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

PHOTO_COLUMNS = {
    "edit_id": sa.Integer,
    "brightness": sa.Double,
    "sharpness": sa.Double,
    "confirmed_at": sa.Double,
    "deleted_at": sa.Double,
    "forgotten_at": sa.Double,
}


def upgrade() -> None:
    for name, kind in PHOTO_COLUMNS.items():
        op.add_column("photos", sa.Column(name, kind(), nullable=True))
    op.add_column("runs", sa.Column("snapshot_id", sa.Integer(), nullable=True))
    op.create_index("ix_photos_task_forgotten_at", "photos", ["task", "forgotten_at"])
    op.drop_index("ix_photos_task_label_split", "photos")
    columns = ["task", "deleted_at", "label", "split"]
    op.create_index("ix_photos_task_deleted_at_label_split", "photos", columns)
    op.create_index("ix_photos_task_deleted_at_id", "photos", ["task", "deleted_at", "id"])
    op.create_index("ix_photos_edit_id", "photos", ["edit_id"])
    op.create_index("ix_photos_sha256", "photos", ["sha256"])
    op.create_index("ix_runs_snapshot_id", "runs", ["snapshot_id"])
    op.create_index("ix_versions_run_id", "versions", ["run_id"])
    _make_edits()
    _make_snapshots()
    _make_suggestions()
    _make_reviews()


def _make_edits() -> None:
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(100), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("source", sa.String(100), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_edits_task_id", "edits", ["task", "id"])
    op.create_table(
        "edit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edit_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(12), nullable=False),
        *(sa.Column(f"label_{when}", sa.String(100), nullable=True) for when in ("before", "after")),
        *(sa.Column(f"split_{when}", sa.String(10), nullable=True) for when in ("before", "after")),
        sa.Column("code", sa.String(50), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_edit_entries_edit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_edit_entries"),
    )
    op.create_index("ix_edit_entries_edit_id_id", "edit_entries", ["edit_id", "id"])
    op.create_index("ix_edit_entries_photo_id", "edit_entries", ["photo_id"])
    op.create_index("ix_edit_entries_code", "edit_entries", ["code"])


def _make_snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(100), nullable=False),
        sa.Column("data_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshots_task_data_hash", "snapshots", ["task", "data_hash"])
    op.create_table(
        "snapshot_photos",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("split", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_snapshot_photos_snapshot_id"),
        sa.PrimaryKeyConstraint("snapshot_id", "photo_id", name="pk_snapshot_photos"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_snapshot_photos_photo_id", "snapshot_photos", ["photo_id"])


def _make_suggestions() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(100), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("given", sa.String(100), nullable=False),
        sa.Column("suggested", sa.String(100), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("self_confidence", "confidence", "score")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_suggestions_task_score", "suggestions", ["task", "score"])
    op.create_index("ix_suggestions_photo_id", "suggestions", ["photo_id"])


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(100), nullable=True),
        sa.Column("version", sa.String(100), nullable=True),
        sa.Column("predicted_class", sa.String(100), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("suggested", sa.String(100), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("uncertainty", "novelty", "created_at")),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("decision", sa.String(12), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reviews_task_decided_at", "reviews", ["task", "decided_at"])
    op.create_index("ix_reviews_decided_at_kind", "reviews", ["decided_at", "kind"])
    op.create_index("ix_reviews_version", "reviews", ["version"])
    op.create_index("ix_reviews_request_id", "reviews", ["request_id"])
    op.create_index("ix_reviews_photo_id", "reviews", ["photo_id"])
