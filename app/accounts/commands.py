"""`offtake register`: the first people of a new installation."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.services import register_organization, register_user
from app.clock import now_utc
from app.edge import begin, read_input
from models.permissions import MEMBER_ROLES, SYSTEM


@click.command("register")
@click.option("--organization", required=True, help="Legal name of the organization.")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([role.value for role in MEMBER_ROLES]), default="owner")
@click.password_option(envvar="OFFTAKE_PASSWORD")
@with_appcontext
def register_command(organization: str, name: str, email: str, role: str, password: str) -> None:
    """Register an organization and its first user; asks for the password."""
    of_organization = read_input(RegisterOrganization, {"name": organization})
    of_user = read_input(
        RegisterUser, {"email": email, "name": name, "password": password, "role": role}
    )
    with begin() as session:
        made = register_organization(session, of_organization, actor=SYSTEM, now=now_utc())
        user = register_user(session, made.id, of_user, actor=SYSTEM, now=now_utc())
        click.echo(f"organization {made.id}, user {user.id}")
