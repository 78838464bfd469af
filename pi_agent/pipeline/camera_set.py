"""All cameras of the agent, by id."""

import asyncio
from collections.abc import Iterator, Sequence

from pi_agent.errors import NotFoundError

from .camera_pipeline import CameraPipeline


class CameraSet:
    """Starts, finds and stops the pipelines. Lives on the event loop."""

    def __init__(self, pipelines: Sequence[CameraPipeline]) -> None:
        self._pipelines = {pipeline.id: pipeline for pipeline in pipelines}

    def __iter__(self) -> Iterator[CameraPipeline]:
        return iter(self._pipelines.values())

    def find(self, camera: str) -> CameraPipeline:
        """The camera with this id; NotFoundError names those that there are."""
        if camera not in self._pipelines:
            known = ", ".join(sorted(self._pipelines)) or "none"
            raise NotFoundError(f"there is no camera {camera!r}; cameras are: {known}")
        return self._pipelines[camera]

    def start(self) -> None:
        """Start every camera; one that is offline does not keep another from starting."""
        for pipeline in self:
            pipeline.start()

    def tell(self) -> None:
        """Have every camera tell how it is now."""
        for pipeline in self:
            pipeline.tell_status()

    async def close(self) -> None:
        """Stop every camera, all at once; may be called twice.

        One that fails to keeps no other from it; its error is raised at the end.
        """
        closing = (pipeline.close() for pipeline in self)
        for outcome in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
