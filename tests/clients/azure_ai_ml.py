"""Creates an endpoint, moves traffic to it and deletes it with Microsoft's client, and prints the client's results as JSON.

Arguments: one JSON object with armUrl, subscriptionId, resourceGroup, workspace, environment (ARM ids), token.
"""

import json
import logging
import sys
import tempfile
import time

from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint, OnlineRequestSettings
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

logging.getLogger("azure").setLevel(logging.ERROR)
given = json.loads(sys.argv[1])
seen = {}


class TestCredential:
    """Anything with get_token is a credential."""

    def get_token(self, *scopes, **_):
        return AccessToken(given["token"], int(time.time()) + 3600)


url = given["armUrl"]
client = MLClient(
    TestCredential(),
    given["subscriptionId"],
    given["resourceGroup"],
    given["workspace"],
    cloud="AzureLocal",
    cloud_metadata={
        "azure_portal": url,
        "resource_manager": url,
        "active_directory": url,
        "aml_resource_id": "https://ml.azure.com",
        "storage_endpoint": "core.windows.net",
        "registry_discovery_endpoint": url,
    },
)
endpoints, deployments = client.online_endpoints, client.online_deployments


def deploy(name):
    deployment = ManagedOnlineDeployment(
        name=name,
        endpoint_name="fraud",
        environment=given["environment"],
        instance_type="Standard_DS3_v2",
        instance_count=2,
        request_settings=OnlineRequestSettings(request_timeout_ms=30000, max_concurrent_requests_per_instance=4),
    )
    made = deployments.begin_create_or_update(deployment).result()
    return [made.name, made.provisioning_state, made.instance_type, made.instance_count]


def give(**traffic):
    endpoint = endpoints.get("fraud")
    endpoint.traffic = traffic
    return endpoints.begin_create_or_update(endpoint).result().traffic


def refused(action):
    try:
        return f"not refused: {action()}"
    except HttpResponseError as error:
        return [error.status_code, error.error.code]


def invoke(**options):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"rows": [1]}, file)
        file.flush()
        return json.loads(endpoints.invoke("fraud", request_file=file.name, **options))


seen["workspace"] = client.workspaces.get(given["workspace"]).name
seen["before"] = [one.name for one in endpoints.list()]
made = endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="fraud", auth_mode="key", tags={"owner": "test"})).result()
seen["created"] = [made.name, made.provisioning_state, made.auth_mode, made.tags, made.traffic]
seen["trafficToNobody"] = refused(lambda: give(main=100))
seen["deployed"] = [deploy("main"), deploy("next")]
seen["shown"] = [deployments.get("main", "fraud").name, sorted(one.name for one in deployments.list("fraud"))]
seen["logs"] = len(deployments.get_logs("main", "fraud", lines=10).splitlines()) > 0
seen["traffic"] = give(main=90, next=10)
seen["halfTraffic"] = refused(lambda: give(main=50))
keys = endpoints.get_keys("fraud")
seen["keys"] = [len(keys.primary_key) > 20, keys.primary_key != keys.secondary_key]
seen["scoringUri"] = endpoints.get("fraud").scoring_uri
seen["invoked"] = invoke(deployment_name="next")
seen["shifted"] = [give(next=100), invoke()["deployment"]]
seen["deletedLive"] = refused(lambda: deployments.begin_delete("next", "fraud").result())
deployments.begin_delete("main", "fraud").result()
seen["left"] = [one.name for one in deployments.list("fraud")]
endpoints.begin_regenerate_keys("fraud", key_type="primary").result()
seen["regenerated"] = endpoints.get_keys("fraud").primary_key != keys.primary_key
endpoints.begin_delete("fraud").result()
seen["after"] = [one.name for one in endpoints.list()]
try:
    endpoints.get("fraud")
except ResourceNotFoundError as error:
    seen["gone"] = error.status_code
# The client prints dots while it waits, and no line break after them.
print("\n" + json.dumps(seen))
