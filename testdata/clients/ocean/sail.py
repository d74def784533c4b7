"""What `ocean sail` does, on loopback only: the framework itself listens on every address."""

import os

import uvicorn
from port_ocean import run

listen = uvicorn.run
uvicorn.run = lambda app, **options: listen(app, **(options | {"host": "127.0.0.1"}))
run(os.path.dirname(os.path.abspath(__file__)), "INFO", int(os.environ["OCEAN_TEST_PORT"]))
