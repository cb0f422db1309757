"""``repeatpass token``, ``doctor``, ``gc``, ``backup`` and ``restore``: looking after a home."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json

if TYPE_CHECKING:
    from repeatpass.assembly import House


def token(
    home: Home = None,
    user: Annotated[str, typer.Option(help="Make a token for this user instead, and the user if need be.")] = "",
    role: Annotated[str, typer.Option(help="Of a new user: reader, scientist, editor or operator.")] = "scientist",
) -> None:
    """Print the owner's token, for curl and other programs."""
    with house_at(home) as house:
        secret = _for_user(house, user, role) if user else _of_owner(house)
    print(secret)


def _of_owner(house: "House") -> str:
    from repeatpass.storage.private import private_file

    def issued() -> bytes:
        return house.access.issue_token(house.owner, house.owner.id, "command line").secret.encode()

    return private_file(house.settings.home / "owner.token", issued).decode()


def _for_user(house: "House", user: str, role: str) -> str:
    from repeatpass.access.records import Role
    from repeatpass.core.errors import Invalid, NotFound

    if role not in set(Role):
        raise Invalid(f"There is no role “{role}”; choose among {', '.join(Role)}.", field="role")
    try:
        house.access.user(user)
    except NotFound:
        house.access.add_user(house.owner, user, user, Role(role))
    return house.access.issue_token(house.owner, user, "command line").secret


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Look the house over and say what is wrong."""
    from repeatpass.upkeep.doctor import examine

    with house_at(home) as house:
        findings = examine(house)
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            words = f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.words}"
            console.print(words, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def gc(dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False, home: Home = None) -> None:
    """Remove files that nothing needs; what a passport rests on is never touched."""
    from repeatpass.upkeep.gc import sweep

    with house_at(home) as house:
        if not dry_run:
            house.retention.sweep()
        swept = sweep(house, dry_run=dry_run)
    words = "would go" if dry_run else "are gone"
    console.print(f"{swept.files} files ({swept.size / 1e6:.1f} MB) {words}; {swept.kept} are needed.", highlight=False)


def backup(file: Path, home: Home = None) -> None:
    """Write the whole house into one file, while it is in use."""
    from repeatpass.upkeep.backup import write_backup

    with house_at(home) as house:
        write_backup(house, file, console)
    console.print(f"The house is in {file}.", highlight=False)


def restore(file: Path, home: Home = None) -> None:
    """Bring a house back from a backup, into an empty home."""
    from repeatpass.settings import read_settings
    from repeatpass.upkeep.backup import read_backup

    target = read_settings(home=home).home
    read_backup(file, target, console)
    console.print(f"The house stands again in {target}; repeatpass up opens it.", highlight=False)
