"""Hand a file out: to whoever may read it, to be saved and never to be shown by the browser."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from app.edge import begin, current_actor, installation
from app.uploads.queries import readable_upload
from app.uploads.services import path_of

uploads_pages = Blueprint("uploads_pages", __name__)
# Whatever a browser makes of the bytes, it does so without scripts, forms, origin or memory.
DOWNLOAD_HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@uploads_pages.get("/uploads/<int:upload_id>")
def download_upload(upload_id: int) -> ResponseReturnValue:
    with begin() as session:
        upload = readable_upload(session, upload_id, actor=current_actor())
        name, content_type, key = upload.name, upload.content_type, upload.storage_key
    response = send_file(
        path_of(installation().settings.uploads.folder, key),
        mimetype=content_type,
        as_attachment=True,
        download_name=name,
        conditional=False,
        etag=False,
    )
    response.headers.update(DOWNLOAD_HEADERS)
    return response
