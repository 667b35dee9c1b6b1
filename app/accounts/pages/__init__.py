"""Pages of accounts."""

from app.accounts.pages.sign_in import accounts_pages

__all__ = ["accounts_pages"]
