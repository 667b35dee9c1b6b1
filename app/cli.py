"""`offtake`: set up, load, serve and work, from the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from socket import SHUT_RD
from threading import Timer
from typing import Any, Final

import click
from alembic import command as alembic
from alembic.config import Config
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo, with_appcontext
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.catalogue.services import load_catalogue
from app.clock import now_utc
from app.compliance.services import load_profiles
from app.database import write_transaction
from app.demands.services import restate_codes
from app.edge import installation
from app.i18n import field_message
from app.journal.services import enqueue, set_schedules
from app.logs import set_up_logging
from app.matchmaking.inputs import RefreshMarket
from app.places.queries import road_for
from app.places.queries.gazetteer import gazetteer
from app.places.services import load_places
from app.settings import Settings
from app.startup import complaints
from app.web import create_app
from app.wiring import COMMANDS, ROUTINES, SCHEDULES, job_kinds, open_sessions
from app.worker import Worker, stop_on_signals
from models.errors import Refusal
from models.permissions import SYSTEM

ROOT: Final = Path(__file__).parent.parent
HEAD_SECONDS: Final = 15.0


class Commands(FlaskGroup):
    """What the market refuses is a message on the command line, not a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(_told(refusal)) from None
        except (OperationalError, ProgrammingError) as error:
            what = str(error.orig).splitlines()[0]
            raise click.ClickException(f"{what} (has `offtake init` run?)") from error


def _told(refusal: Refusal) -> str:
    errors = refusal.facts.get("errors")
    if not isinstance(errors, dict):
        return refusal.message
    said = (f"{field}: {field_message(kind)}" for field, kind in errors.items())
    return "\n  ".join([refusal.message, *said])


@click.group(cls=Commands, create_app=create_app, add_default_commands=False, load_dotenv=False)
def main() -> None:
    """An exchange for industrial solid waste and renewable resources."""
    os.umask(0o077)  # the database holds true positions and password hashes
    set_up_logging()


@main.command()
@with_appcontext
def init() -> None:
    """Create or upgrade the database and load the catalogue; safe to repeat."""
    settings = installation().settings
    settings.instance.mkdir(parents=True, exist_ok=True)
    upgrade(settings)
    now = now_utc()
    with write_transaction(installation().sessions) as session:
        codes = load_catalogue(session, actor=SYSTEM, now=now).total
        places = load_places(session, actor=SYSTEM, now=now)
        load_profiles(session, actor=SYSTEM)
        set_schedules(session, SCHEDULES, actor=SYSTEM, now=now)
        if codes.changed_anything or places.added or places.changed:
            # Codes, limits and rights under the stored matches are not what they were.
            restate_codes(session, actor=SYSTEM)
            enqueue(session, RefreshMarket(), run_at=now, dedupe_key=f"init:{now.isoformat()}")
    click.echo("database and catalogue are up to date")


def upgrade(settings: Settings) -> None:
    """Bring the schema of the database up to the newest migration."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["database_url"] = settings.database
    alembic.upgrade(config, "head")


@main.command()
@with_appcontext
def worker() -> None:
    """Carry out background jobs until stopped; any number may run at once."""
    settings = installation().settings
    refuse_unsafe(settings)
    read_roads(settings)
    sessions = open_sessions(settings.database, settings.audit_key)
    worker = Worker(sessions=sessions, jobs=job_kinds(settings), routines=ROUTINES)
    worker.run_forever(stop_on_signals())


def refuse_unsafe(settings: Settings, *, host: str = "localhost") -> None:
    """Start nothing whose secrets can be guessed or whose name anybody can claim."""
    if found := complaints(settings, host=host):
        raise click.ClickException("\n  ".join(["this installation is not safe:", *found]))


def read_roads(settings: Settings) -> None:
    """Let a wrong setting stop the start, and nobody's first page wait for a graph to be read."""
    try:
        road_for(settings.matching.road)
    except RuntimeError as error:
        raise click.ClickException(str(error)) from None


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Hangs up on who sends the head of a request a byte at a time: it holds a thread meanwhile."""

    def handle(self, conn: Any) -> object:
        def hang_up() -> None:
            with suppress(OSError):
                conn.sock.shutdown(SHUT_RD)

        conn.head_timer = Timer(HEAD_SECONDS, hang_up)
        conn.head_timer.daemon = True
        conn.head_timer.start()
        try:
            return super().handle(conn)
        finally:
            conn.head_timer.cancel()

    def handle_request(self, req: Any, conn: Any) -> object:
        conn.head_timer.cancel()  # the head is read; for the body app/edge.py has its own patience
        return super().handle_request(req, conn)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn with the application made in each worker process: no pool crosses a fork."""

    def __init__(self, options: dict[str, object]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        gazetteer()  # read now, so that nobody's first search waits for it
        return create_app()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--threads", default=8, show_default=True)
@click.option("--with-worker", is_flag=True, help="Run a background worker beside the server.")
@click.option("--set-up", is_flag=True, help="First do what `init` and `demo --if-empty` do.")
@click.pass_context
def serve(
    ctx: click.Context, /, host: str, port: int, processes: int, threads: int, **flags: bool
) -> None:
    """Serve the market."""
    refuse_unsafe(Settings(), host=host)
    read_roads(Settings())  # before the fork: the processes share a graph's memory
    if flags["set_up"]:
        # In this one process: each start of Python with all its libraries takes a second or two.
        ctx.invoke(init)
        ctx.invoke(
            main.commands["demo"], regions=(), whole_country=False, if_empty=True, as_json=False
        )
        # No open connection may cross the fork to the server's processes.
        app = ctx.ensure_object(ScriptInfo).load_app()
        app.extensions["offtake"].sessions.kw["bind"].dispose()
    beside = None
    if flags["with_worker"]:
        beside = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"])
    options: dict[str, object] = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "threads": threads,
        "worker_class": PatientWorker,
        "timeout": 60,
        "control_socket_disable": True,
        # Who speaks for a proxy is said by OFFTAKE_TRUSTED_PROXIES alone.
        "forwarded_allow_ips": "",
    }
    click.echo(f"Offtake is on http://{host}:{port}")
    try:
        Server(options).run()
    finally:
        if beside is not None and beside.poll() is None:
            os.kill(beside.pid, signal.SIGTERM)
            beside.wait(timeout=30)


for each in COMMANDS:
    main.add_command(each)

if __name__ == "__main__":
    main()
