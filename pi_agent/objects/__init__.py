"""What moved: persons, vehicles, animals, faces, by a network in a process of its own."""

from .catalogue import CATALOGUE, CatalogueModel
from .model_folder import ModelFolder
from .object_finder import ObjectFinder
from .object_looker import ObjectLooker, Seen

__all__ = ["CATALOGUE", "CatalogueModel", "ModelFolder", "ObjectFinder", "ObjectLooker", "Seen"]
