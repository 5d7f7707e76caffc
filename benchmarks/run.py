"""Speed and memory against named peers, as whole processes in one run; ratios, no verdicts.

The peer for reading is a loop of `frontmatter.load` over the same files; for starting up, a Python
that does nothing. Every round runs each case once, in turn, so that a busy machine slows all.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from site import make_site  # type: ignore[attr-defined]
