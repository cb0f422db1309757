"""The domain of a literal value, in words that both versions of OWS Common share."""

from repeatpass.api.wps.dialect import Dialect, Element
from repeatpass.api.wps.kinds import XSD, Literal


def allowed(dialect: Dialect, literal: Literal) -> Element:
    """Return which values are allowed: a list, a range, or any."""
    if literal.values:
        return dialect.common("AllowedValues", *(dialect.common("Value", each) for each in literal.values))
    if literal.minimum or literal.maximum:
        return dialect.common("AllowedValues", _range(dialect, literal))
    return dialect.common("AnyValue")


def _range(dialect: Dialect, literal: Literal) -> Element:
    made = dialect.common(
        "Range",
        dialect.common("MinimumValue", literal.minimum) if literal.minimum else None,
        dialect.common("MaximumValue", literal.maximum) if literal.maximum else None,
        dialect.common("Spacing", literal.spacing) if literal.spacing else None,
    )
    made.set(f"{{{dialect.ows}}}rangeClosure", literal.closure)
    return made


def data_type(dialect: Dialect, literal: Literal) -> Element:
    """Return the data type, by its name and its address."""
    made = dialect.common("DataType", literal.type)
    made.set(f"{{{dialect.ows}}}reference", f"{XSD}{literal.type}")
    return made


def unit(dialect: Dialect, literal: Literal) -> Element | None:
    """Return the unit, or nothing where none is stated."""
    return dialect.common("UOM", literal.unit) if literal.unit else None
