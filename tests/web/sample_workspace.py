"""A sample of the workspace: every kind of bar, result and secret, and a form that was refused."""

from datetime import UTC, datetime

from repeatpass.web.views import (
    Action,
    Bar,
    Cell,
    Column,
    Keeping,
    Link,
    ResultRow,
    SecretRow,
    Table,
    WorkspacePage,
)

WHEN = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)
RUNS = Table(
    caption="Runs, newest first",
    columns=tuple(Column(title=title, numeric=title == "Took") for title in ("Run", "State", "Notebook", "Took")),
    rows=(
        (
            Cell(text="01K9ZP4D6TQ8", href="/runs/01K9ZP4D6TQ8", mono=True),
            Cell(text="Succeeded", state="succeeded"),
            Cell(text="nino34", href="/notebooks/nino34"),
            Cell(text="2.4 s"),
        ),
    ),
)


def workspace() -> WorkspacePage:
    """Somebody's workspace, nearly full."""
    delete = Action(label="Delete for good", href="/runs/a/delete", note="Its outputs go; the record of the run stays.")
    keep = Action(label="Keep for ever", href="/runs/a/keep")
    kept = (
        Keeping(
            words="Kept until 3 May 2027, then deleted unless something rests on it",
            keep=keep,
            delete=delete,
            ends=True,
        ),
        Keeping(words="Kept for ever: a value of the indicator “nino34” rests on it"),
        Keeping(words="Kept for ever, as anna asked", delete=delete),
    )
    return WorkspacePage(
        title="Workspace",
        path="/workspace",
        description="Your runs, what they use, what they left, and the secrets that they are told.",
        json_href="/workspace.json",
        crumbs=(Link(text="Home", href="/"), Link(text="Workspace")),
        owner="Anna",
        bars=(
            Bar(label="Results kept", used="47 GB", of="50 GB", percent=94.0),
            Bar(label="Runs at the same time", used="1", of="2", percent=50.0, note="Those over it wait."),
            Bar(label="Runs waiting", used="0"),
        ),
        runs=RUNS,
        results=tuple(
            ResultRow(run=Link(text=f"01K9ZP4D6T{n}", href="/runs/a"), notebook=Link(text="nino34", href="/notebooks/nino34"),
                      finished=WHEN, size=10 ** (9 - n), keeping=keeping)
            for n, keeping in enumerate(kept)
        ),
        retention="Results of trials are kept for 90 days, then deleted, unless something rests on them.",
        secrets=(
            SecretRow(name="SENTINEL_TOKEN", updated=WHEN, remove=Action(label="Remove", href="/workspace/secrets/remove")),
        ),
        secret_name="my token",
        secret_error="“my token” cannot name a secret: use capital letters, digits and underscores.",
    )  # fmt: skip
