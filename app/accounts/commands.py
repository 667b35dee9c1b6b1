"""`offtake register` and `offtake person`: what the operator does for people at the machine."""

from __future__ import annotations

from typing import Final

import click
from flask.cli import with_appcontext

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.inputs.people import CareForPerson
from app.accounts.services import register_organization, register_user
from app.accounts.services.people_office import (
    disable_person,
    enable_person,
    end_sessions_of_person,
    reset_factors_of_person,
)
from app.clock import now_utc
from app.edge import begin, read_input
from models.permissions import MEMBER_ROLES, SYSTEM

STEPS: Final = {
    "disable": disable_person,
    "enable": enable_person,
    "sign-out": end_sessions_of_person,
    "reset-factors": reset_factors_of_person,
}


@click.command("person")
@click.argument("email")
@click.argument("step", type=click.Choice(list(STEPS)))
@click.option("--reason", required=True, help="Stays in the audit trail; how a person was proved.")
@with_appcontext
def person_command(email: str, step: str, reason: str) -> None:
    """Disable, enable or sign out an account, or take off second factors that were lost."""
    command = read_input(CareForPerson, {"email": email, "reason": reason})
    with begin() as session:
        STEPS[step](session, command, actor=SYSTEM, now=now_utc())
    click.echo(f"{step}: done; a letter tells the person")


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
