"""Tiny wheels, built by hand, that the real pip accepts."""

import stat
import zipfile
from pathlib import Path


def build_wheel(
    folder: Path, files: dict[str, bytes], *, name: str = "toydata", version: str = "1.0", tag: str = "py3-none-any"
) -> Path:
    """Write a wheel with these members; a `*` in front of the name makes the member a symbolic link."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for member, content in files.items():
            entry = zipfile.ZipInfo(member.removeprefix("*"))
            entry.external_attr = ((stat.S_IFLNK if member.startswith("*") else stat.S_IFREG) | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path
