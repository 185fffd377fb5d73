"""Publishes an image in a container registry: publish.py <registry> <repository> <tag> <folder>.

The folder contains the exact bytes of manifest.json and config.json, and layer.tar if the image has a layer that the repository lacks. All
other blobs must be in the repository. Content that is present isn't sent again. The credentials are those in $HOME/.docker/config.json.

It runs in an ACR task, with Python 3.9 or later and its standard library. It prints no credentials.
Source of the requests: OCI distribution specification 1.1; CNCF Distribution, token authentication; Azure/acr, docs/AAD-OAuth.md.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT_SECONDS = 60
ATTEMPTS = 6
LONGEST_WAIT_SECONDS = 30
# With this user, the password is a refresh token of Azure Container Registry.
TOKEN_USER = "00000000-0000-0000-0000-000000000000"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Problem(Exception):
    """An error in one line, with its remedy."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def code(self):
        """The registry's error code, or an empty text."""
        try:
            code = json.loads(self.body)["errors"][0]["code"]
        except (ValueError, LookupError, TypeError):
            return ""
        return f" ({code})" if re.fullmatch(r"[A-Z_]{1,50}", str(code)) else ""


def request(method, url, headers=None, body=None):
    """Sends one request, and sends it again if the service or the network is temporarily unavailable. It doesn't follow redirects."""
    parts = urlsplit(url)
    connection_type = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    for attempt in range(1, ATTEMPTS + 1):
        connection = connection_type(parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            what, wait = f"no answer: {type(error).__name__}", None
        else:
            if answer.status != 429 and answer.status < 500:
                return answer
            what, wait = f"status {answer.status}{answer.code()}", answer.headers.get("Retry-After")
        finally:
            connection.close()
        if attempt < ATTEMPTS:
            seconds = int(wait) if wait and wait.isdigit() else 2 ** (attempt - 1)
            time.sleep(min(seconds, LONGEST_WAIT_SECONDS))
    raise Problem(f"{method} {parts.scheme}://{parts.netloc}{parts.path} failed {ATTEMPTS} times ({what}). Run the task again.")


class Credentials:
    """User and password, or an identity token, of the registry."""

    def __init__(self, host):
        path = Path(os.environ.get("HOME", "/")) / ".docker" / "config.json"
        try:
            entries = json.loads(path.read_text("utf-8")).get("auths") or {}
        except FileNotFoundError:
            raise Problem(f"{path} doesn't exist. Add the registry to the task's credentials.customRegistries.") from None
        except (ValueError, AttributeError):
            raise Problem(f"{path} is not valid JSON of Docker's format.") from None
        entry = next((entries[key] for key in (host, f"https://{host}", f"http://{host}", f"https://{host}/v2/") if key in entries), None)
        if entry is None:
            raise Problem(f"{path} has no credentials for {host}. Add the registry to the task's credentials.customRegistries.")
        try:
            self.user, _, self.password = base64.b64decode(entry.get("auth") or "").decode("utf-8").partition(":")
        except (ValueError, TypeError, AttributeError):
            raise Problem(f"{path} has credentials for {host} that are not in Docker's format.") from None
        self.user = self.user or entry.get("username") or ""
        self.password = self.password or entry.get("password") or ""
        self.refresh_token = entry.get("identitytoken") or (self.password if self.user == TOKEN_USER else None)

    def basic(self):
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


class Repository:
    """A repository of a registry."""

    def __init__(self, host, name):
        # As Docker does: a registry on this machine needs no TLS.
        scheme = "http" if re.fullmatch(r"(localhost|127\.0\.0\.1)(:\d+)?", host) else "https"
        self.host, self.name = host, name
        self.origin = f"{scheme}://{host}"
        self.base = f"{self.origin}/v2/{name}"
        self.credentials = Credentials(host)
        self.authorization = None

    def call(self, method, url, headers=None, body=None):
        """Calls the registry, with a new token if it asks for one."""
        answer = self.send(method, url, headers, body)
        if answer.status == 401:
            self.authorization = self.authorize(answer.headers.get("WWW-Authenticate") or "")
            answer = self.send(method, url, headers, body)
        if answer.status in (401, 403):
            raise Problem(
                f"{self.host} refuses {method} in {self.name} with status {answer.status}{answer.code()}. The task's identity needs "
                "the role AcrPush on the registry, and a registry without public access needs networkRuleBypassAllowedForTasks: true."
            )
        return answer

    def send(self, method, url, headers, body):
        allowed = self.authorization is not None and urlsplit(url)[:2] == urlsplit(self.origin)[:2]
        return request(method, url, {**(headers or {}), **({"Authorization": self.authorization} if allowed else {})}, body)

    def authorize(self, challenge):
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic":
            return self.credentials.basic()
        parameters = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() != "bearer" or "realm" not in parameters:
            raise Problem(f"{self.host} asks for an authentication that isn't supported ({scheme or 'no scheme'}).")
        realm = urlsplit(parameters["realm"])
        if realm.scheme != "https" and realm[:2] != urlsplit(self.origin)[:2]:
            raise Problem(f"{self.host} asks to send credentials without TLS to {realm.netloc}. Check the registry's settings.")
        wanted = {"service": parameters.get("service", self.host), "scope": f"repository:{self.name}:pull,push"}
        return "Bearer " + self.token(parameters["realm"], wanted)

    def token(self, realm, wanted):
        if self.credentials.refresh_token is not None:
            fields = {"grant_type": "refresh_token", "client_id": "moor", "refresh_token": self.credentials.refresh_token, **wanted}
            answer = request("POST", realm, FORM, urlencode(fields).encode("ascii"))
        else:
            separator = "&" if urlsplit(realm).query else "?"
            answer = request("GET", realm + separator + urlencode(wanted), {"Authorization": self.credentials.basic()})
        try:
            body = json.loads(answer.body)
            token = body.get("access_token") or body.get("token")
        except (ValueError, AttributeError):
            token = None
        # http.client would print a token that can't be in a header.
        if answer.status != 200 or not re.fullmatch(r"[\x21-\x7e]+", str(token or "")):
            raise Problem(
                f"{self.host} issues no token for {self.name} (status {answer.status}{answer.code()}). "
                "The task's identity needs the role AcrPush on the registry."
            )
        return token

    def has_blob(self, digest):
        answer = self.call("HEAD", f"{self.base}/blobs/{digest}")
        # A redirect to the storage of an existing blob.
        if answer.status in (200, 301, 302, 303, 307, 308):
            return True
        if answer.status == 404:
            return False
        raise unexpected("HEAD", f"blob {digest}", answer)

    def put_blob(self, digest, content):
        answer = self.upload(digest, content)
        # An upload that was complete, but whose answer was lost, is unknown when it is sent again.
        if answer.status == 404 and not self.has_blob(digest):
            answer = self.upload(digest, content)
        if answer.status not in (201, 404):
            raise unexpected("PUT", f"blob {digest}", answer)

    def upload(self, digest, content):
        started = self.call("POST", f"{self.base}/blobs/uploads/")
        location = started.headers.get("Location")
        if started.status != 202 or not location:
            raise unexpected("POST", "an upload", started)
        url = urljoin(f"{self.base}/blobs/uploads/", location)
        url += ("&" if urlsplit(url).query else "?") + urlencode({"digest": digest})
        return self.call("PUT", url, {"Content-Type": "application/octet-stream"}, content)

    def manifest_digest(self, tag, media_type):
        """Digest of the manifest with a tag, or None."""
        answer = self.call("HEAD", f"{self.base}/manifests/{tag}", {"Accept": media_type})
        if answer.status == 200:
            return answer.headers.get("Docker-Content-Digest")
        if answer.status == 404:
            return None
        raise unexpected("HEAD", f"tag {tag}", answer)

    def put_manifest(self, tag, media_type, content):
        answer = self.call("PUT", f"{self.base}/manifests/{tag}", {"Content-Type": media_type}, content)
        if answer.status != 201:
            raise unexpected("PUT", f"tag {tag}", answer)
        return answer.headers.get("Docker-Content-Digest") or self.manifest_digest(tag, media_type)


def unexpected(method, what, answer):
    return Problem(f"The registry answers {method} of {what} with status {answer.status}{answer.code()}. Run the task again.")


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Image:
    """The files of an image, checked against its manifest."""

    def __init__(self, folder):
        folder = Path(folder)
        try:
            self.manifest = (folder / "manifest.json").read_bytes()
            config = (folder / "config.json").read_bytes()
            layer = (folder / "layer.tar").read_bytes() if (folder / "layer.tar").exists() else None
        except OSError as error:
            raise Problem(f"{error.filename} can't be read: {error.strerror}.") from None
        self.digest = digest_of(self.manifest)
        try:
            parsed = json.loads(self.manifest)
            self.media_type = str(parsed["mediaType"])
            config_digest = parsed["config"]["digest"]
            layers = [entry["digest"] for entry in parsed["layers"]]
        except (ValueError, LookupError, TypeError):
            raise Problem(f"{folder / 'manifest.json'} is not an image manifest with mediaType, config and layers.") from None
        files = {"config.json": config, **({} if layer is None else {"layer.tar": layer})}
        self.new = {digest_of(content): content for content in files.values()}
        for name, content in files.items():
            if digest_of(content) not in ([config_digest] if name == "config.json" else layers):
                raise Problem(f"{folder / name} is not the file that manifest.json refers to. Run pulumi up again to write the task again.")
        self.base = [digest for digest in layers if digest not in self.new]


def publish(host, name, tag, folder):
    image = Image(folder)
    repository = Repository(host, name)
    if repository.manifest_digest(tag, image.media_type) == image.digest:
        return f"already published {name}@{image.digest}"
    for digest in image.base:
        if not repository.has_blob(digest):
            raise Problem(f"The repository {name} has no blob {digest} of the base image. Import the base image into {name} first.")
    for digest, content in image.new.items():
        if not repository.has_blob(digest):
            repository.put_blob(digest, content)
    stored = repository.put_manifest(tag, image.media_type, image.manifest)
    if stored != image.digest:
        raise Problem(f"The registry stored {name}:{tag} as {stored}, not as {image.digest}. Delete the tag and run the task again.")
    return f"published {name}@{image.digest}"


def main(arguments):
    if len(arguments) != 4:
        print("usage: publish.py <registry> <repository> <tag> <folder>", file=sys.stderr)
        return 2
    try:
        print(publish(*arguments), flush=True)
    except Problem as problem:
        print(f"publish.py: {problem}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
