"""TeX in Markdown as MathML, which browsers set without any script.

Works on HTML that is already clean: what stands between dollars is text there, and latex2mathml writes only the
elements of MathML. What it cannot read, or would write more than that for, stays as it was typed.
"""

import re
from html import unescape

MATHS = re.compile(r"\$\$(?P<block>[^$]+)\$\$|(?<![\\\w$])\$(?P<inline>(?!\s)[^$\n]{1,300}?(?<!\s))\$(?![\w$])")
PROTECTED = re.compile(r"(<(?:pre|code)\b.*?</(?:pre|code)>)", re.DOTALL)
ELEMENTS = (
    "math|mrow|mi|mo|mn|mtext|mspace|mfrac|msqrt|mroot|msub|msup|msubsup|munder|mover|munderover|mtable|mtr|mtd"
    "|mstyle|mpadded|mphantom|menclose|mfenced"
)
FORBIDDEN = re.compile(rf"<(?!/?(?:{ELEMENTS})[\s>/])|\b(?:href|style|src|on\w+)\s*=", re.IGNORECASE)


def with_mathml(html: str) -> str:
    """*html* with its formulas as MathML; code is left alone."""
    parts = PROTECTED.split(html)
    return "".join(part if at % 2 else MATHS.sub(formula, part) for at, part in enumerate(parts))


def formula(found: "re.Match[str]") -> str:
    """One formula, or the words as they were."""
    from latex2mathml import converter

    tex, display = (found["block"], "block") if found["block"] else (found["inline"], "inline")
    if "<" in tex:  # markup got between the dollars: these are no formula
        return found[0]
    try:
        made = converter.convert(unescape(tex).strip(), display=display)
    except Exception:  # whatever a stranger typed; the reader still sees the TeX
        return found[0]
    return found[0] if FORBIDDEN.search(made) else made
