"""Creates a virtual environment with vLLM for a machine without a GPU, so that vLLM's own code can be read by running it.

Usage: python3 vllmEnvironment.py <version> <distribution> <folder> [<wheel>]
The CPU build on PyPI requires builds of torch that are not on PyPI. The build of the same version that is there works too, so the torch
packages are installed without their suffix, and the distribution without its requirements.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distributions


def pip(folder, *arguments):
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True)


def requirements_of(distribution):
    """The requirements without extras. Of the torch packages only torch itself, without the suffix of its version."""
    for line in distribution.requires or []:
        if "extra ==" in line:
            continue
        name = re.match(r"[A-Za-z0-9._-]+", line).group()
        if not name.startswith("torch"):
            yield line
        elif name == "torch":
            yield re.sub(r"\+[a-z0-9.]+", "", line)


def posing_as_vllm(distribution):
    """vLLM finds its platform by the version of a distribution with its own name, which must end with +cpu."""
    version = distribution.version.removesuffix("+cpu")
    original = pathlib.Path(distribution._path)
    copy = original.with_name(f"vllm-{version}+cpu.dist-info")
    if copy == original:
        return
    shutil.copytree(original, copy)
    (copy / "RECORD").unlink(missing_ok=True)
    metadata = (copy / "METADATA").read_text(encoding="utf-8")
    metadata = re.sub(r"(?m)^Name: .*$", "Name: vllm", metadata, count=1)
    metadata = re.sub(r"(?m)^Version: .*$", f"Version: {version}+cpu", metadata, count=1)
    (copy / "METADATA").write_text(metadata, encoding="utf-8")
    if original.name.startswith("vllm-"):
        shutil.rmtree(original)


def main(version, name, folder, wheel=None):
    folder = pathlib.Path(folder)
    venv.create(folder, with_pip=True)
    pip(folder, "--no-deps", wheel or f"{name}=={version}")
    [packages] = folder.glob("lib/python*/site-packages")
    [distribution] = distributions(name=name, path=[str(packages)])
    requirements = folder / "requirements.txt"
    # A requirement can appear twice, with markers that exclude each other, and once more without its suffix.
    requirements.write_text("\n".join(dict.fromkeys(requirements_of(distribution))), encoding="utf-8")
    pip(folder, "--requirement", str(requirements))
    posing_as_vllm(distribution)


if __name__ == "__main__":
    main(*sys.argv[1:])
