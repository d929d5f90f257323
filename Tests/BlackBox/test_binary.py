"""The program as a file: how large it is, and what it needs beside it."""

import shutil
import subprocess

import pytest
from polyrelay import binary

STRIPPED_BYTES_MAX = 25 * 1024 * 1024


def test_the_stripped_release_binary_is_small(tmp_path):
    program = binary()
    version = subprocess.run([program, "version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("polyrelay "), version
    if "debug build" in version:
        pytest.skip(f"{program} is a debug build")
    if shutil.which("strip") is None:
        pytest.skip("there is no strip(1)")
    stripped = tmp_path / "polyrelay"
    subprocess.run(["strip", "-s", "-o", stripped, program], check=True)
    assert stripped.stat().st_size <= STRIPPED_BYTES_MAX


def test_the_binary_needs_no_foundation():
    needed = subprocess.run(["ldd", binary()], check=True, capture_output=True, text=True).stdout
    assert "libcurl" in needed, "ldd says nothing of what is needed"
    assert "Foundation" not in needed and "libicu" not in needed
