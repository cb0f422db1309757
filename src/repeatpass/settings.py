"""Settings: each declared once, with its sentence, and read once. Only the assembly and the command line see them."""

import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Invalid

PREFIX = "REPEATPASS_"
SANDBOX = ("auto", "on", "off")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


def default_home() -> Path:
    """Return where the house stands when nobody says otherwise."""
    import platformdirs

    return platformdirs.user_data_path("repeatpass", appauthor=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that can be set, by an option of ``repeatpass up`` or a variable ``REPEATPASS_<NAME>``."""

    home: Path = field(default_factory=default_home, metadata={"help": "Folder that holds everything."})
    host: str = _setting("127.0.0.1", "Address to listen on; until accounts exist, a loopback one.")
    port: int = _setting(8765, "Port to listen on.")
    no_browser: bool = _setting(False, "Do not open a browser at start.")
    database: str = _setting("", "Database address; empty means SQLite in the home.")
    files: str = _setting("", "Address of the file area (any that fsspec knows); empty means a folder in the home.")
    slots: int = _setting(max(2, os.cpu_count() or 2), "Runs that are carried out at the same time.")
    dask: str = _setting(
        "", "Address of the Dask scheduler that batches go to; empty: one of our own, off: the runs' own worker."
    )
    demo: bool = _setting(True, "Fill the house with the demonstration at first start.")
    environment: str = _setting("", "Prefix of an environment to use as it is instead of making the locked one.")
    multi_user: bool = _setting(False, "Whether several people use this house; every run then has a sandbox.")
    sandbox: str = _setting("auto", "Sandboxes for runs: auto (where there are several users), on or off.")
    network_allow: str = _setting(
        "", "Hosts that sandboxed runs may reach, such as example.org:443, *.esa.int, 10.1.0.0/16; empty means none."
    )
    memory: str = _setting("80%", "Memory that all runs of this machine together may have, such as 12Gi or 80%.")
    quota_kept: str = _setting("", "Results kept for each person, such as 50G; empty means no limit.")
    quota_running: int = _setting(0, "Runs of each person at the same time; 0 means no limit.")
    quota_queued: int = _setting(0, "Runs of each person that may wait; 0 means no limit.")
    quota_cpu: int = _setting(0, "CPU seconds of each person's runs in 24 hours; 0 means no limit.")
    series_copies: str = _setting(
        "20G", "Disk for copies of cubes in chunks of long series, which make their series fast; 0 means none."
    )
    upload_most: str = _setting("20G", "Size of one file that people bring, such as 20G.")
    retention_days: int = _setting(0, "Days after which results of trials go that nothing rests on; 0 means never.")
    secrets_key: str = _setting(
        "", "Key that secrets are sealed with (32 bytes in base64); empty means a file in the home."
    )
    private_targets: str = _setting(
        "",
        "Loopback and private addresses that callbacks, webhooks and polled sources may be at: all, none, or networks; "
        "empty means all for one person, none for several.",
    )
    signed_places: str = _setting(
        "",
        "Buckets and hosts elsewhere whose files maps and series read with the credentials of the house: all, none, or "
        "names; empty means all for one person, none for several.",
    )
    repeat: str = _setting("P30D", "How often indicators are repeated that do not say: a duration, or never.")
    alert_webhook: str = _setting("", "Address that every alert is POSTed to, besides those that indicators name.")
    alert_again: str = _setting("P7D", "After how long an indicator that is still stale is told of again.")
    smtp_host: str = _setting("", "Mail server for alerts; empty means no letters.")
    smtp_port: int = _setting(587, "Port of the mail server.")
    smtp_user: str = _setting("", "User at the mail server; empty means that it asks for none.")
    smtp_password: str = _setting("", "Password at the mail server.")
    smtp_from: str = _setting("", "Address that letters come from; empty means repeatpass at the mail server.")
    smtp_starttls: bool = _setting(True, "Whether letters are sent encrypted (STARTTLS).")

    def __post_init__(self) -> None:
        if self.sandbox not in SANDBOX:
            raise Invalid(f"REPEATPASS_SANDBOX must be auto, on or off; it is “{self.sandbox}”.", field="sandbox")
        if self.host not in LOOPBACK:
            raise Invalid(
                f"Repeatpass listens on loopback addresses only until it has accounts; {self.host} is none. "
                "Use 127.0.0.1, and an SSH tunnel to reach it from elsewhere."
            )

    @property
    def database_url(self) -> str:
        """The database's address as SQLAlchemy takes it."""
        return self.database or f"sqlite:///{self.home / 'repeatpass.db'}"

    @property
    def files_root(self) -> str:
        """The file area's address as fsspec takes it."""
        return self.files or str(self.home / "files")

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://{'[::1]' if self.host == '::1' else self.host}:{self.port}"


def read_settings(**given: Any) -> Settings:
    """Return the settings: what is *given* (and not None), else the environment's variables, else the defaults."""
    known = {name.name: _from_environment(name.name) for name in fields(Settings)}
    chosen = {name: value for name, value in known.items() if value is not None}
    chosen |= {name: value for name, value in given.items() if value is not None}
    if "home" in chosen:
        chosen["home"] = Path(chosen["home"]).expanduser().resolve()
    return Settings(**chosen)


def _from_environment(name: str) -> Any:
    text = os.environ.get(PREFIX + name.upper())
    if text is None or text == "":
        return None
    if name in {"no_browser", "demo", "multi_user", "smtp_starttls"}:
        return not re.fullmatch(r"0|no|false|off", text.strip(), re.IGNORECASE)
    if name in {"port", "slots", "quota_running", "quota_queued", "quota_cpu", "retention_days"}:
        if not text.strip().isdigit():
            raise Invalid(f"{PREFIX}{name.upper()} must be a whole number; it is “{text}”.")
        return int(text)
    return text
