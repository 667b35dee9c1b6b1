"""Use cases of uploads.

A form that takes a file does this, in this order:

    sent = sent_file("document")                        # app/edge.py; None if none was chosen
    inspected = inspect_file(                           # reads and checks it, before any lock
        sent, purpose=Purpose.IDENTITY, field="document", policy=installation().settings.uploads
    )
    with begin() as session:                            # later, inside a service:
        upload = store_upload(session, inspected, actor=actor, now=now, policy=policy)

Both raise `Invalid` and `Conflict` with the name of the field, so `fields.file(...)` shows them.
The route stands in UPLOAD_ROUTES of app/security.py, and its form has
`enctype="multipart/form-data"`. `share_upload(session, upload_id, [organization_id], actor=,
now=)` lets others read it; `url_for("uploads_pages.download_upload", upload_id=upload.id)` hands
it out. `upload_rows(session, ids)` of app/uploads/queries.py gives name, size and state to show.
"""

from app.uploads.services.filing import (
    judge_upload,
    remove_strays,
    rescan_uploads,
    share_upload,
    store_upload,
)
from app.uploads.services.inspection import inspect_file
from app.uploads.services.scanning import find_virus
from app.uploads.services.storage import path_of

__all__ = [
    "find_virus",
    "inspect_file",
    "judge_upload",
    "path_of",
    "remove_strays",
    "rescan_uploads",
    "share_upload",
    "store_upload",
]
