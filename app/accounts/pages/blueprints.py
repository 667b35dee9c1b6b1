"""The blueprints of pages about organizations; the files of this folder add their routes."""

from __future__ import annotations

from flask import Blueprint

organization_pages = Blueprint("organization_pages", __name__)
operator_pages = Blueprint("operator_pages", __name__)
driver_pages = Blueprint("driver_pages", __name__)
