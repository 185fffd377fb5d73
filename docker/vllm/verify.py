"""Verifies the files of a mounted model before vLLM starts: `verify.py <folder> sha256:<hash of SHA256SUMS>`. README.md has the exit codes.

The folder must contain exactly the files that its manifest SHA256SUMS lists, each with its hash. The mount is read-only, so the files can't
change between the verification and their use.
"""

import concurrent.futures
import hashlib
import io
import os
import re
import stat
import sys
import time

MANIFEST = "SHA256SUMS"
# Longest manifest in bytes: about 30,000 files. A model of Azure Machine Learning has at most 1,500.
LONGEST_MANIFEST = 4 << 20
# A line of the manifest. Paths as in planner/weights/manifest.ts: no segment starts with a dot, and no character requires an escape.
LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_+=-][A-Za-z0-9_.+=-]*(?:/[A-Za-z0-9_+=-][A-Za-z0-9_.+=-]*)*)")
# Bytes of one read. hashlib and readinto() release Python's lock, so that threads use all processor cores.
BLOCK = 4 << 20
DATA_ERROR = 65


class Difference(Exception):
    """The mounted files aren't those of the manifest. The text is one sentence."""


def main(folder, digest):
    started = time.monotonic()
    try:
        files = listed_files(os.path.realpath(folder), digest)
        size = hash_all(files)
    except Difference as difference:
        end(f"{difference} The files aren't those that were staged, so vLLM is not started.")
    seconds = time.monotonic() - started
    rate = size / (1 << 30) / max(seconds, 0.001)
    print(f"moor: verified {len(files)} files, {size} bytes in {seconds:.1f} s ({rate:.2f} GiB/s)", flush=True)


def end(sentences):
    remedy = "Stage them again with `npm run mirror -- -s <stack> --force`, then run `pulumi up`."
    os.write(2, f"moor: {sentences} {remedy}\n".encode())
    # Other threads still read. They must not delay the end.
    os._exit(DATA_ERROR)


def listed_files(root, digest):
    """Returns the path, size and expected hash of each file. The folder contains no other files."""
    found = set(files_below(root, root))
    manifests = [path for path in sorted(found) if os.path.basename(path) == MANIFEST]
    if len(manifests) != 1:
        places = f"several files {MANIFEST} ({shown(', '.join(manifests))})" if manifests else f"no file {MANIFEST}"
        raise Difference(f"The mounted folder {shown(root)} contains {places}.")
    # Azure mounts the registered folder itself, or a folder that contains it.
    base = os.path.dirname(manifests[0])
    hashes = {os.path.join(base, path): hash for path, hash in read_manifest(root, manifests[0], digest).items()}
    for path in sorted((found | hashes.keys()) - {manifests[0]}):
        if path not in hashes:
            raise Difference(f"The file {shown(path)} was added: {MANIFEST} doesn't list it.")
        if path not in found:
            raise Difference(f"The file {shown(path)} is missing: {MANIFEST} lists it.")
    return [(root, path, size_of(root, path), hash) for path, hash in hashes.items()]


def files_below(root, folder):
    """Yields all paths below a folder, relative to the root, except folders. Links to folders aren't followed."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from files_below(root, entry.path)
                else:
                    yield os.path.relpath(entry.path, root)
    except OSError as error:
        raise Difference(f"The folder {shown(folder)} can't be read: {error.strerror}.") from error


def read_manifest(root, path, digest):
    """Returns the hash of each path in the manifest."""
    size_of(root, path)
    with opened(root, path) as file:
        text = io.BufferedReader(file).read(LONGEST_MANIFEST)
    actual = f"sha256:{hashlib.sha256(text).hexdigest()}"
    if actual != digest:
        raise Difference(f"The file {shown(path)} was changed: its hash is {actual}, but MOOR_MANIFEST is {digest}.")
    hashes = {}
    for number, line in enumerate(text.decode("utf-8", "replace").removesuffix("\n").split("\n"), 1):
        match = LINE.fullmatch(line)
        if not match or match[2] in hashes:
            raise Difference(f"Line {number} of {shown(path)} is not a hash and a path in the format of sha256sum, or the path is there twice.")
        hashes[match[2]] = match[1]
    return hashes


def size_of(root, path):
    """Returns the size of a regular file, or of the one inside the root that a link leads to."""
    target = os.path.realpath(os.path.join(root, path))
    if not target.startswith(os.path.join(root, "")):
        raise Difference(f"The file {shown(path)} is a symbolic link that leads out of the mounted folder.")
    try:
        status = os.stat(target)
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise Difference(f"{shown(path)} is not a regular file.")
    return status.st_size


def hash_all(files):
    """Compares the hash of each file and returns the number of bytes. The largest files are first, so that all threads end at about the same time."""
    largest_first = sorted(files, key=lambda file: -file[2])
    pool = concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    tasks = [pool.submit(hash_one, *file) for file in largest_first]
    return sum(task.result() for task in concurrent.futures.as_completed(tasks))


def hash_one(root, path, _size, expected):
    hash, size, block = hashlib.sha256(), 0, memoryview(bytearray(BLOCK))
    with opened(root, path) as file:
        try:
            while length := file.readinto(block):
                size += length
                # The disk reads the next block while this one is hashed.
                os.posix_fadvise(file.fileno(), size, BLOCK, os.POSIX_FADV_WILLNEED)
                hash.update(block[:length])
        except OSError as error:
            raise unreadable(path, error) from error
    if hash.hexdigest() != expected:
        raise Difference(f"The file {shown(path)} was changed: its hash is {hash.hexdigest()}, but {MANIFEST} has {expected}.")
    return size


def opened(root, path):
    try:
        return open(os.path.join(root, path), "rb", buffering=0)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path, error):
    return Difference(f"The file {shown(path)} can't be read: {error.strerror}.")


def shown(path):
    """A path as one line: other characters are escaped."""
    return path if path.isprintable() else ascii(path)[1:-1]


if __name__ == "__main__":
    main(*sys.argv[1:])
