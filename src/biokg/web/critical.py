"""The few rules that stand in every page itself, so that none scrolls sideways before or without its style sheet."""

from __future__ import annotations

import base64
import hashlib

RULES = (
    "body{overflow-wrap:anywhere}"
    "pre,.scroll,.picture{overflow-x:auto;max-width:100%}"
    "svg,img,input,select,textarea,button{max-width:100%}"
    ".masthead svg{height:1.6rem;width:1.6rem}"
)
SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(RULES.encode()).digest()).decode()}'"
"""How a content security policy names exactly these rules (CSP 3, section 2.3.1)."""
