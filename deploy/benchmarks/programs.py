"""The load generators in C beside this file."""

import shutil
import subprocess
from pathlib import Path


def compiled(name: str, folder: Path, *options: str) -> Path:
    """`name`.c, compiled into the folder."""
    compiler = shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        raise SystemExit("bench: no C compiler; Swift brings clang, put its folder on the PATH")
    program, source = folder / name, Path(__file__).with_name(f"{name}.c")
    subprocess.run([compiler, "-O2", "-o", program, source, *options], check=True)
    return program


def output(program: Path, port: int, *arguments) -> str:
    done = subprocess.run([program, *map(str, (port, *arguments))], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise SystemExit(f"bench: to port {port}: {done.stderr.strip()}")
    return done.stdout
