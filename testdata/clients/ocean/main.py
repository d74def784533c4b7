"""A source of two kinds, 3 owners and as many services as OCEAN_TEST_SERVICES says."""

import os
from typing import Any

from port_ocean.context.ocean import ocean

SERVICES = int(os.environ["OCEAN_TEST_SERVICES"])


@ocean.on_resync("owner")
async def owners(kind: str) -> list[dict[str, Any]]:
    return [{"id": f"owner-{n}", "name": f"Owner {n}", "email": f"owner{n}@example.com"} for n in range(3)]


@ocean.on_resync("service")
async def services(kind: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"service-{n}",
            "name": f"Service {n}",
            "tier": "gold" if n % 2 else "silver",
            # Service 0 differs from run to run; service 1 has no note.
            "replicas": SERVICES if n == 0 else n,
            "note": None if n == 1 else f"the {n}th",
            "owner": f"owner-{n % 3}",
            "dependsOn": [f"service-{n - 1}"] if n else [],
        }
        for n in range(SERVICES)
    ]
