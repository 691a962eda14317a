"""A training process without training: `fake_trainer.py MODE --run-id N`."""

import os
import sys
import time

from lenswright.runs.journal import Journal
from lenswright.storage.database import open_database

mode, run_id = sys.argv[1], int(sys.argv[3])
journal = Journal(open_database(os.environ["LENSWRIGHT_DATABASE_URL"]))

if mode == "crashes":
    sys.stderr.write("first line\nValueError: the last straw\n")
    sys.exit(3)
if mode == "works":
    journal.progress(run_id, "fitting", 0.5)
    journal.epoch(run_id, {"epoch": 1, "loss": 0.1})
    journal.finish(run_id, "completed", version="v1")
if mode in ("obeys", "ignores"):
    while not (journal.heartbeat(run_id) and mode == "obeys"):
        time.sleep(0.05)
    journal.finish(run_id, "stopped", result={"best": True})
if mode == "silent":
    time.sleep(60)
