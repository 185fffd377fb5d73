"""Copies the files of a model from the Hugging Face Hub into a blob container, from inside the network of the stack.

A deployment script runs this file: `python3 copy_weights.py job.json`. The storage service reads each block itself from a signed address (Put Block From
URL), so the bytes don't pass this container. If the service can't read it, the container passes the bytes on. Then all files are read back
and hashed, and the manifest is written last. It uses only the standard library. Blocks, metadata and manifest are those of `npm run mirror`
on a runner, so either continues what the other began.

Tokens come from the managed identity of the script. No token and no signed address is ever printed: messages contain statuses, codes, host names
and paths of files.
"""

import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree

STORAGE_VERSION = "2021-12-02"
VAULT_VERSION = "7.4"
IDENTITY_VERSION = "2018-02-01"
STORAGE_AUDIENCE = "https://storage.azure.com"
VAULT_AUDIENCE = "https://vault.azure.net"

# Bytes that are read in one piece, so that memory doesn't depend on the size of files.
CHUNK = 1024 * 1024
# Bytes that one request reads back. After a broken connection, reading continues in this range.
READ_RANGE = 256 * 1024 * 1024
# A file that the Hub stores in Git, and not in LFS, has at most 10 MB.
LARGEST_IN_MEMORY = 64 * 1024 * 1024
# Blocks that the storage service reads at the same time, and blocks that pass this container at the same time.
PARALLEL_BY_URL = 16
PARALLEL_STREAMS = 4
ATTEMPTS = 6
SOCKET_SECONDS = 300
# A new role assignment takes effect after up to 10 minutes. Source: Azure docs, role-based-access-control/troubleshooting.
ROLE_ATTEMPTS = 20
ROLE_SECONDS = 30
PROGRESS_SECONDS = 10
RETRYABLE = (408, 429, 500, 502, 503, 504)
# Codes of a Put Block From URL whose source could not be read, as in azure/blobStorage/error.ts.
SOURCE_CODES = ("CannotVerifyCopySource", "CopyIdMismatch", "InvalidSourceBlobUrl", "UnauthorizedCopySource")
# Only verified blobs have this metadata.
HASH_HEADER = "x-ms-meta-sha256"
HASH_METADATA = "sha256"
MANIFEST = "SHA256SUMS"
CONTINUES = "Nothing was registered. The next run of the command continues where it stopped."
REDIRECTS = (301, 302, 303, 307, 308)


class Failure(Exception):
    """Ends the copy. The message is one line: what failed, and how to fix it."""


class Stopped(Exception):
    """Ends the work on a file after another one has failed."""


class Answer:
    """The response to a request, with its body."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def code(self):
        return self.headers.get("x-ms-error-code") or self.headers.get("x-error-code")

    @property
    def is_copy_source(self):
        """Whether the storage service could not read the source of a copy."""
        return self.status != 201 and ("x-ms-copy-source-status-code" in self.headers or self.code in SOURCE_CODES)


def local_address(url):
    """The address of a service of the local Azure, which sets MOOR_LOCAL_AZURE itself. In Azure, the address is unchanged."""
    local = os.environ.get("MOOR_LOCAL_AZURE")
    if not local:
        return url
    parts = urllib.parse.urlsplit(url)
    query = "?" + parts.query if parts.query else ""
    return f"{local}/data/{parts.netloc}{parts.path}{query}"


def connect(url):
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not is_loopback(parts.hostname)):
        raise Failure(f"{parts.netloc} is not an HTTPS address. Set HF_ENDPOINT to an HTTPS URL, and run the command again.")
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return kind(parts.netloc, timeout=SOCKET_SECONDS), target


def is_loopback(host):
    return host == "localhost" or (host or "").startswith("127.") or host == "::1"


def send_once(method, url, headers, body=None):
    """Sends a request and reads the body of the answer. Redirects aren't followed, so a token reaches only the host it is for."""
    connection, target = connect(url)
    try:
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        content = b"" if method == "HEAD" else response.read(LARGEST_IN_MEMORY + 1)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    finally:
        connection.close()


class Pauses:
    """Waits between attempts: 1, 2, 4 … s, or as long as the server asks."""

    def __init__(self, scale):
        self.scale = scale

    def wait(self, attempt, headers=None):
        asked = (headers or {}).get("retry-after", "")
        seconds = min(int(asked), 360) if asked.isdigit() else 2**attempt
        time.sleep(seconds * self.scale)


class Client:
    """Requests to storage, Key Vault and the Hub, with the tokens of the script's identity."""

    def __init__(self, job):
        self.job = job
        self.pauses = Pauses(job.get("pauseScale", 1))
        self.tokens = {}
        self.lock = threading.Lock()
        self.hub_token = None

    def request(self, what, method, url, headers=None, body=None):
        """Sends a request and repeats it after 429, 5xx and broken connections."""
        host = urllib.parse.urlsplit(url).netloc
        for attempt in range(ATTEMPTS):
            try:
                answer = send_once(method, url, headers or {}, body)
            except (OSError, http.client.HTTPException) as error:
                if attempt == ATTEMPTS - 1:
                    kind = type(error).__name__
                    raise Failure(
                        f"{what}: {host} can't be reached ({kind}). Check the security group, the NAT gateway and DNS of the script's subnet, "
                        "and run the command again. It continues where it stopped."
                    ) from None
                self.pauses.wait(attempt)
                continue
            if answer.status not in RETRYABLE or answer.is_copy_source:
                return answer
            if attempt == ATTEMPTS - 1:
                raise Failure(
                    f"{what}: {host} answered {answer.status} in {ATTEMPTS} attempts. Run the command again later. It continues where it stopped."
                )
            self.pauses.wait(attempt, answer.headers)
        raise AssertionError("unreachable")

    def token(self, audience):
        """Returns a token of the script's identity. Source: Azure docs, how-to-use-vm-token."""
        with self.lock:
            token, expires = self.tokens.get(audience, (None, 0))
            if token is not None and expires - time.time() > 300:
                return token
            identity = os.environ.get("MOOR_LOCAL_IDENTITY") or "http://169.254.169.254"
            query = urllib.parse.urlencode(
                {"api-version": IDENTITY_VERSION, "resource": audience, "client_id": self.job["clientId"]}
            )
            answer = self.identity_answer(f"{identity}/metadata/identity/oauth2/token?{query}")
            self.tokens[audience] = (answer["access_token"], int(answer.get("expires_on") or time.time() + 600))
            return answer["access_token"]

    def identity_answer(self, url):
        for attempt in range(ATTEMPTS):
            try:
                answer = plain_get(url)
            except (OSError, http.client.HTTPException):
                answer = None
            if answer is not None and answer.status == 200:
                return json.loads(answer.body)
            if answer is not None and answer.status not in (404, 410, *RETRYABLE):
                break
            self.pauses.wait(attempt)
        status = "no answer" if answer is None else answer.status
        raise Failure(f"The identity of the script got no token ({status}). Check platform.scripts.identityId of the stack, and run the command again.")

    def storage(self, what, method, path, query="", headers=None, body=None):
        """Sends a request to the blob container, and explains refusals."""
        url = f"{self.job['blobs']}/{self.job['container']}{'/' if path else ''}{urllib.parse.quote(path)}{query}"
        all_headers = {
            "authorization": f"Bearer {self.token(STORAGE_AUDIENCE)}",
            "x-ms-version": STORAGE_VERSION,
            "content-length": str(len(body or b"")),
            **(headers or {}),
        }
        for _ in range(ROLE_ATTEMPTS):
            answer = self.request(what, method, local_address(url), all_headers, body)
            if answer.status != 403 or answer.code != "AuthorizationPermissionMismatch":
                break
            time.sleep(ROLE_SECONDS * self.pauses.scale)
        if answer.status == 404 and answer.code == "ContainerNotFound":
            raise Failure(f"The storage account has no container {self.job['container']}. Run `pulumi up`, and run the command again.")
        if answer.status in (401, 403) and not answer.is_copy_source:
            raise Failure(storage_refusal(self.job, answer))
        return answer

    def read_hub_token(self):
        secret = self.job.get("tokenSecret")
        if secret is None:
            return
        headers = {"authorization": f"Bearer {self.token(VAULT_AUDIENCE)}"}
        for _ in range(ROLE_ATTEMPTS):
            answer = self.request("Hugging Face token", "GET", local_address(f"{secret}?api-version={VAULT_VERSION}"), headers)
            # Source: Azure docs, key-vault/general/common-error-codes. Other reasons don't end by waiting.
            if answer.status != 403 or inner_code(answer) != "ForbiddenByRbac":
                break
            time.sleep(ROLE_SECONDS * self.pauses.scale)
        name = secret.rsplit("/", 1)[1]
        if answer.status == 404:
            raise Failure(f"The Key Vault has no value of the secret {name}. Run `pulumi up` with moor:huggingFaceToken, and run the command again.")
        if answer.status != 200:
            raise Failure(
                f"The script can't read the secret {name} in Key Vault ({answer.status}). Check that its identity has the role Key Vault Secrets User "
                "on it, that the vault has a private endpoint in the network, and run the command again."
            )
        self.hub_token = json.loads(answer.body)["value"]

    def locate(self, path):
        """Returns the address of a file's bytes, and the headers that a request to it requires: none if the address is signed."""
        job, path = repository_of(self.job, path)
        url = f"{job['hub']}/{job['model']}/resolve/{job['revision']}/{urllib.parse.quote(path)}"
        for _ in range(5):
            headers = {} if self.hub_token is None else {"authorization": f"Bearer {self.hub_token}"}
            answer = self.request(path, "HEAD", url, headers)
            commit = answer.headers.get("x-repo-commit")
            if commit is not None and commit != job["revision"]:
                raise Failure(f"The Hub returned {path} of the commit {commit}, not of the locked commit {job['revision']}. Nothing was registered.")
            location = answer.headers.get("location")
            if answer.status in REDIRECTS and location is not None:
                url = urllib.parse.urljoin(url, location)
                if urllib.parse.urlsplit(url).netloc != urllib.parse.urlsplit(job["hub"]).netloc:
                    return url, {}
                continue
            if answer.status == 200:
                return url, headers
            raise Failure(hub_refusal(job, answer, path, self.hub_token is not None))
        raise Failure(f"The Hub redirects {path} more than 5 times. Check HF_ENDPOINT.")


def repository_of(job, path):
    """Returns the job of the repository that a file belongs to, the model's or an adapter's, and the path of the file in it."""
    for adapter in job.get("adapters", []):
        inside = path.removeprefix(f"{adapter['folder']}/")
        if inside != path:
            return {**job, "model": adapter["model"], "revision": adapter["revision"]}, inside
    return job, path


def plain_get(url):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
    try:
        parts = urllib.parse.urlsplit(url)
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Metadata": "true"})
        response = connection.getresponse()
        return Answer(response.status, {}, response.read(LARGEST_IN_MEMORY))
    finally:
        connection.close()


def inner_code(answer):
    """Key Vault's detailed code of an error."""
    try:
        return json.loads(answer.body)["error"]["innererror"]["code"]
    except (ValueError, KeyError, TypeError):
        return None


def storage_refusal(job, answer):
    code = answer.code
    host = urllib.parse.urlsplit(job["blobs"]).netloc
    if code == "AuthorizationFailure":
        return (
            f"{host} refuses the script's network. The storage account needs a private endpoint for blobs that the script's subnet reaches, and DNS must "
            "resolve its name to it. Then run the command again."
        )
    return (
        f"{host} refuses the script's identity ({answer.status} {code}). It needs the role Storage Blob Data Contributor on the container {job['container']}. "
        "Run `pulumi up`, or with `roles: external` ask the owner of the roles, and run the command again."
    )


def hub_refusal(job, answer, path, has_token):
    """Only status and code decide. Source: huggingface_hub, `hf_raise_for_status`."""
    model, hub, status, code = job["model"], job["hub"], answer.status, answer.code
    if code == "RevisionNotFound":
        return f"{hub} has no commit {job['revision']} of {model}. Set `vllm.revision` to an existing commit, and run `npm run lock`."
    if code == "EntryNotFound":
        return f"{model} at {job['revision']} has no file {path}. Run the command again."
    if code == "GatedRepo" and not has_token:
        return (
            f"{model} is gated, and the stack has no token. Accept its terms at {hub}/{model}, run `pulumi config set --secret moor:huggingFaceToken` "
            "with a token of that account, run `pulumi up`, and run the command again."
        )
    if code == "GatedRepo":
        return (
            f"{model} is gated, and the account of the token moor:huggingFaceToken has no access, or its terms exclude the region of the stack. Accept "
            f"the terms at {hub}/{model}, or choose another model."
        )
    if status == 401:
        return f"{hub} rejects the token moor:huggingFaceToken, or {model} is private. Set a token that can read it, run `pulumi up`, and run the command again."
    return f"{hub} answered {status} to the request for {path} of {model}. Check `vllm.model` and HF_ENDPOINT, and run the command again."


class File:
    """A file to copy, and the part of it that is already stored."""

    def __init__(self, path, size, sha256, block):
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.block = block
        self.lock = threading.Lock()
        self.source = None
        self.generation = 0
        self.streams = False
        self.missing = []

    def __repr__(self):
        return self.path

    @property
    def blocks(self):
        """Offset and size of each block, in order."""
        return [(offset, min(self.block, self.size - offset)) for offset in range(0, self.size, self.block)]

    def block_id(self, offset, size):
        """The same as in blocks.ts."""
        return base64.b64encode(f"{self.sha256[:24]}-{offset:014x}-{size:08x}".encode()).decode()


class Progress:
    """Prints the progress every 10 s. The command that created the script reads the lines from its log."""

    def __init__(self):
        self.lock = threading.Lock()
        self.start("", 0)

    def start(self, verb, total):
        with self.lock:
            self.verb, self.total, self.done = verb, total, 0
            self.began = self.printed = time.monotonic()

    def add(self, count):
        with self.lock:
            self.done += count
            now = time.monotonic()
            if now - self.printed < PROGRESS_SECONDS:
                return
            self.printed = now
            rate = self.done / max(now - self.began, 0.001)
            left = (self.total - self.done) / max(rate, 1)
            say(f"{self.verb} {gigabytes(self.done)} of {gigabytes(self.total)} GB, {rate / 1e6:.0f} MB/s, {minutes(left)} left.")


def gigabytes(count):
    return f"{count / 1e9:.1f}"


def minutes(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def say(line):
    print(line, flush=True)


class Copy:
    def __init__(self, job, client):
        self.job = job
        self.client = client
        self.progress = Progress()
        self.files = [File(*row) for row in job["files"]]
        self.streams = threading.Semaphore(PARALLEL_STREAMS)
        self.stop = threading.Event()

    def blob(self, path):
        return f"{self.job['folder']}/{path}"

    def run(self):
        self.client.read_hub_token()
        copied, unverified, is_listed = self.plan()
        self.parallel(PARALLEL_BY_URL, self.find_missing, copied)
        tasks = [(file, block) for file in copied for block in file.missing]
        total = sum(size for _, (_, size) in tasks)
        ready = len(self.files) - len(copied) - len(unverified)
        say(f"{ready} of {len(self.files)} files are there and verified. Copying {gigabytes(total)} GB.")
        self.progress.start("Copied", total)
        left = {file: len(file.missing) for file in copied}
        for file in copied:
            if not file.missing:
                self.commit(file)
        self.parallel(PARALLEL_BY_URL, lambda task: self.copy_block(*task, left), tasks)
        pending = sorted(copied + unverified, key=lambda file: -file.size)
        self.progress.start("Verified", sum(file.size for file in pending))
        self.parallel(os.cpu_count() or 1, self.verify, pending)
        if pending or not is_listed:
            self.write_manifest()
        return total

    def plan(self, again=None):
        """The files to copy, the files to verify, and whether the manifest is there; the same rules as on a runner (runner/plan.ts)."""
        again = self.job.get("force", False) if again is None else again
        blobs = self.list_folder()
        own = {file.path for file in self.files} | {MANIFEST}
        others = sorted(set(blobs) - own)
        if others:
            shown = ", ".join(others[:10]) + (f" and {len(others) - 10} more" if len(others) > 10 else "")
            raise Failure(
                f"The folder {self.job['folder']} in {self.job['container']} contains files that don't belong to the weights: {shown}. The container of a "
                "deployment would refuse to start with them. Nothing was registered. If no deployment uses them, delete them with "
                "`az storage blob delete --auth-mode login` from inside the network, and run the command again."
            )
        copied, unverified = [], []
        for file in self.files:
            size, known = blobs.get(file.path, (-1, None))
            if size != file.size or known not in (None, file.sha256):
                copied.append(file)
            elif known is None or again:
                unverified.append(file)
        return copied, unverified, blobs.get(MANIFEST, (0, None))[1] == self.job["manifest"]

    def list_folder(self):
        """Size and SHA-256 of each blob in the folder, by path."""
        blobs, marker = {}, ""
        prefix = f"{self.job['folder']}/"
        while True:
            query = urllib.parse.urlencode({"restype": "container", "comp": "list", "prefix": prefix, "include": "metadata", "marker": marker})
            answer = self.client.storage(prefix, "GET", "", f"?{query}")
            if answer.status != 200:
                raise unexpected(prefix, answer)
            root = xml.etree.ElementTree.fromstring(answer.body)
            for blob in root.iter("Blob"):
                known = next((one.text for one in blob.iterfind("Metadata/*") if one.tag.lower() == HASH_METADATA), None)
                blobs[blob.findtext("Name")[len(prefix) :]] = (int(blob.findtext("Properties/Content-Length")), known)
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return blobs

    def parallel(self, threads, work, items):
        """Runs work for all items. After a failure, no further item is started, and the first failure is raised."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(self.unless_stopped, work, item) for item in items]
            for future in concurrent.futures.as_completed(futures):
                if future.exception() is not None:
                    self.stop.set()
                    for other in futures:
                        other.cancel()
                    raise future.exception()
            return [future.result() for future in futures]

    def unless_stopped(self, work, item):
        if self.stop.is_set():
            return None
        return work(item)

    def find_missing(self, file):
        stored = self.stored_blocks(file)
        file.missing = [block for block in file.blocks if stored.get(file.block_id(*block)) != block[1]]

    def stored_blocks(self, file):
        answer = self.client.storage(file.path, "GET", self.blob(file.path), "?comp=blocklist&blocklisttype=uncommitted")
        if answer.status == 404:
            return {}
        if answer.status != 200:
            raise unexpected(file.path, answer)
        root = xml.etree.ElementTree.fromstring(answer.body)
        return {block.findtext("Name"): int(block.findtext("Size")) for block in root.iter("Block")}

    def copy_block(self, file, block, left):
        offset, size = block
        for renewals in range(4):
            if file.streams:
                break
            generation, (url, headers) = self.source(file)
            if headers:
                # The address requires the token, which isn't given to the storage service.
                file.streams = True
                break
            answer = self.put_by_url(file, offset, size, url)
            if answer.status == 201:
                break
            if not answer.is_copy_source:
                raise unexpected(file.path, answer)
            # The signed address has expired, or the service can't read it.
            self.renew(file, generation)
            if renewals == 2:
                say(f"The storage service can't read {file.path} from its signed address. Its bytes pass this container instead.")
                file.streams = True
        if file.streams:
            self.stream_block(file, offset, size)
        self.progress.add(size)
        with file.lock:
            left[file] -= 1
            done = left[file] == 0
        if done:
            self.commit(file)

    def source(self, file):
        with file.lock:
            if file.source is None:
                file.source = self.client.locate(file.path)
                file.generation += 1
            return file.generation, file.source

    def renew(self, file, generation):
        """Forgets the address that failed, unless another thread has already renewed it."""
        with file.lock:
            if file.generation == generation:
                file.source = None

    def put_by_url(self, file, offset, size, url):
        headers = {"x-ms-copy-source": url, "x-ms-source-range": f"bytes={offset}-{offset + size - 1}"}
        query = "?comp=block&blockid=" + urllib.parse.quote(file.block_id(offset, size), safe="")
        return self.client.storage(file.path, "PUT", self.blob(file.path), query, headers)

    def stream_block(self, file, offset, size):
        """Passes the bytes of a block on, in small parts."""
        with self.streams:
            for attempt in range(ATTEMPTS):
                _, (url, headers) = self.source(file)
                try:
                    status = self.stream_once(file, offset, size, url, headers)
                except (OSError, http.client.HTTPException) as error:
                    status = type(error).__name__
                if status == 201:
                    return
                self.renew(file, file.generation)
                self.client.pauses.wait(attempt)
        host = urllib.parse.urlsplit(url).netloc
        raise Failure(f"{file.path} can't be copied from {host} ({status}), also with a renewed address. {CONTINUES}")

    def stream_once(self, file, offset, size, url, headers):
        connection, target = connect(url)
        try:
            connection.request("GET", target, headers={**headers, "range": f"bytes={offset}-{offset + size - 1}"})
            response = connection.getresponse()
            whole = offset == 0 and size == file.size
            if response.status != 206 and not (response.status == 200 and whole):
                return response.status
            query = "?comp=block&blockid=" + urllib.parse.quote(file.block_id(offset, size), safe="")
            return self.put_stream(file, query, size, iter(lambda: response.read(CHUNK), b""))
        finally:
            connection.close()

    def put_stream(self, file, query, size, chunks):
        url = local_address(f"{self.job['blobs']}/{self.job['container']}/{urllib.parse.quote(self.blob(file.path))}{query}")
        connection, target = connect(url)
        try:
            headers = {
                "authorization": f"Bearer {self.client.token(STORAGE_AUDIENCE)}",
                "x-ms-version": STORAGE_VERSION,
                "content-length": str(size),
            }
            connection.request("PUT", target, body=chunks, headers=headers)
            response = connection.getresponse()
            response.read(CHUNK)
            return response.status
        finally:
            connection.close()

    def commit(self, file):
        ids = "".join(f"<Latest>{file.block_id(offset, size)}</Latest>" for offset, size in file.blocks)
        body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{ids}</BlockList>'.encode()
        answer = self.client.storage(file.path, "PUT", self.blob(file.path), "?comp=blocklist", {"content-type": "application/xml"}, body)
        if answer.status != 201:
            raise unexpected(file.path, answer)

    def verify(self, file):
        """Reads a file back and hashes it. The hash is stored with the blob. A file with another hash is deleted."""
        digest = hashlib.sha256()
        for offset in range(0, file.size, READ_RANGE):
            self.hash_range(file, digest, offset, min(READ_RANGE, file.size - offset))
        if digest.hexdigest() != file.sha256:
            self.client.storage(file.path, "DELETE", self.blob(file.path))
            job, _ = repository_of(self.job, file.path)
            raise Failure(
                f"{file.path} of {job['model']} at {job['revision']} doesn't have the SHA-256 that the Hub lists, after it was copied. The copy was "
                "deleted, and nothing was registered. Run the command again. It copies only this file again."
            )
        answer = self.client.storage(file.path, "PUT", self.blob(file.path), "?comp=metadata", {HASH_HEADER: file.sha256})
        if answer.status != 200:
            raise unexpected(file.path, answer)

    def hash_range(self, file, digest, offset, size):
        done = 0
        for attempt in range(ATTEMPTS):
            try:
                for chunk in self.read_back(file, offset + done, size - done):
                    digest.update(chunk)
                    done += len(chunk)
                    self.progress.add(len(chunk))
                    if self.stop.is_set():
                        # An incomplete hash isn't compared, because a file with another hash is deleted.
                        raise Stopped
            except (OSError, http.client.HTTPException):
                pass
            if done == size:
                return
            self.client.pauses.wait(attempt)
        raise Failure(f"{file.path} can't be read back from the storage account. {CONTINUES}")

    def read_back(self, file, offset, size):
        url = local_address(f"{self.job['blobs']}/{self.job['container']}/{urllib.parse.quote(self.blob(file.path))}")
        connection, target = connect(url)
        try:
            headers = {
                "authorization": f"Bearer {self.client.token(STORAGE_AUDIENCE)}",
                "x-ms-version": STORAGE_VERSION,
                "range": f"bytes={offset}-{offset + size - 1}",
            }
            connection.request("GET", target, headers=headers)
            response = connection.getresponse()
            if response.status in RETRYABLE:
                return
            if response.status not in (200, 206):
                raise Failure(f"{file.path}: the storage account answered {response.status} to a read. Run the command again.")
            while chunk := response.read(CHUNK):
                yield chunk
        finally:
            connection.close()

    def write_manifest(self):
        copied, unverified, is_listed = self.plan(again=False)
        if copied or unverified:
            raise Failure(
                f"These files were changed or deleted during the copy: {', '.join(file.path for file in copied + unverified)}. Nothing was registered. Check "
                "that no other process writes to the folder, and run the command again."
            )
        if is_listed:
            return
        lines = [f"{file.sha256}  {file.path}\n" for file in sorted(self.files, key=lambda file: file.path)]
        body = "".join(lines).encode()
        digest = hashlib.sha256(body).hexdigest()
        if digest != self.job["manifest"]:
            raise Failure("The list of files in the script is damaged. Run the command again.")
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-blob-content-type": "text/plain", HASH_HEADER: digest}
        answer = self.client.storage(MANIFEST, "PUT", self.blob(MANIFEST), "", headers, body)
        if answer.status != 201:
            raise unexpected(MANIFEST, answer)


def unexpected(what, answer):
    told = " ".join(str(part) for part in (answer.status, answer.code) if part)
    if answer.status == 507:
        return Failure(f"The storage account has no space left: it answered {told} to {what}. Delete what isn't used, or ask for a larger limit. {CONTINUES}")
    return Failure(f"The storage account answered {told} to {what}. {CONTINUES}")


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        job = json.load(text)
    began = time.monotonic()
    try:
        copied = Copy(job, Client(job)).run()
    except Failure as failure:
        say(f"Error: {failure}")
        sys.exit(1)
    outputs = {"files": len(job["files"]), "bytes": copied, "seconds": round(time.monotonic() - began, 1)}
    with open(os.environ["AZ_SCRIPTS_OUTPUT_PATH"], "w", encoding="utf-8") as text:
        json.dump(outputs, text)
    say(f"Verified {outputs['files']} files. Copied {gigabytes(copied)} GB in {minutes(outputs['seconds'])}.")


if __name__ == "__main__":
    main()
