"""Reading YAML that people wrote."""

from typing import Any

import yaml

from repeatpass.core.errors import Invalid


def read_yaml(text: str, name: str = "The file") -> Any:
    """Return what *text* says (JSON is YAML, too); raise Invalid naming the line that is none."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise Invalid(f"{name} is not YAML{where}: {getattr(error, 'problem', error)}.") from None
