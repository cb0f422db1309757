"""The way jupyter_client reaches a forked kernel: a kernel provisioner (entry point `repeatpass-fork`)."""

import signal
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Any as AnyTrait
from traitlets import Unicode

from repeatpass.runs.kernels.forkserver import ForkedKernel, ForkServer
from repeatpass.runs.kernels.spawned import SpawnServer

# Fixed names of the five IPC sockets in a kernel's own folder: `<folder>/k-1` … `k-5`.
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}


class ForkProvisioner(KernelProvisionerBase):
    """Has the kernel forked by a fork server, instead of starting a process.

    *server* is a running ForkServer; *folder* an existing private folder (0700) for the sockets.
    """

    server: ForkServer | SpawnServer = AnyTrait()  # type: ignore[assignment]
    folder: str = Unicode()  # type: ignore[assignment]
    kernel: ForkedKernel | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was forked and not yet cleaned up."""
        return self.kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the connection: no command, no ports."""
        return dict(await super().pre_launch(cmd=[], **kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork; return once the kernel has said that its loop runs. Raises KernelLost."""
        assert self.parent is not None
        key = self.parent.session.key
        told = {"ip": f"{self.folder}/k", "transport": "ipc", "signature_scheme": "hmac-sha256", **PORTS}
        self.kernel = await self.server.fork({**told, "key": key.decode()}, Path(self.folder))
        info: Any = {**told, "key": key}
        self.connection_info = info
        return self.connection_info

    async def poll(self) -> int | None:
        """None while it runs, else its exit code (-9: killed)."""
        if self.kernel is None or not self.kernel.ended.done():
            return None if self.kernel is not None else 0
        return self._code()

    async def wait(self) -> int | None:
        """Wait for the kernel and everything it started to be gone."""
        if self.kernel is None:
            return 0
        await self.kernel.ended
        return self._code()

    def _code(self) -> int:
        assert self.kernel is not None
        code = self.kernel.ended.result()["exit"]
        return -signal.SIGKILL if code is None else int(code)

    async def send_signal(self, signum: int) -> None:
        """Send *signum* to the kernel."""
        if self.kernel is not None:
            self.kernel.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it has started."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """The same as `kill`: a kernel is used once, there is nothing to save."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Close the lines."""
        if self.kernel is not None:
            self.kernel.close()
            self.kernel = None


class ForkSpecs(KernelSpecManager):
    """Answers every kernel name with a fork of *server*: names from other places mean our environment."""

    def __init__(self, server: ForkServer | SpawnServer, folder: Path) -> None:
        super().__init__()
        config = {"server": server, "folder": str(folder)}
        provisioner = {"provisioner_name": "repeatpass-fork", "config": config}
        self.only = KernelSpec(
            argv=[], display_name="Python 3", language="python", metadata={"kernel_provisioner": provisioner}
        )

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The one there is."""
        return self.only
