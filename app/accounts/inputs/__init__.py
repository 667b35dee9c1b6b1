"""What can be asked about accounts."""

from app.accounts.inputs.registration import RegisterOrganization, RegisterUser

__all__ = ["RegisterOrganization", "RegisterUser"]
