"""Repeatpass: read observations, publish results, and let anybody repeat both.

A notebook needs four names, and importing them costs almost nothing:

    import repeatpass

    sst = repeatpass.open("ostia-sst-monthly")            # xarray, geopandas or pandas
    repeatpass.publish(table, "nino34", title="Niño 3.4", unit="K")
    path = repeatpass.output("report.pdf")                # write any file there yourself
    job = repeatpass.Client("http://127.0.0.1:8765").execute("nino34", {}).wait()

The same lines work in JupyterLab, in a headless run, and on a laptop with an unpacked crate.
"""

# Not even typing is imported: a type checker takes this name for true, and so reads what stands under it.
TYPE_CHECKING = False

__version__ = "0.1.0"

if TYPE_CHECKING:
    from repeatpass.kit.client import Client
    from repeatpass.kit.publishing import output, publish
    from repeatpass.kit.reading import items, open

__all__ = ["Client", "__version__", "items", "open", "output", "publish"]

# Where each public name lives; loaded only when somebody asks for it.
_HOMES = {
    "Client": "repeatpass.kit.client",
    "items": "repeatpass.kit.reading",
    "open": "repeatpass.kit.reading",
    "output": "repeatpass.kit.publishing",
    "publish": "repeatpass.kit.publishing",
}


def __getattr__(name: str) -> object:
    """Load one public name on its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'repeatpass' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
