"""Kernels and images that notebooks and requests name, and the environments that stand for them here.

Real notebooks carry the kernel names of the machine that wrote them. All of these are Python with the packages of
Earth observation, which is what the usual environment has.
"""

import re
from collections.abc import Collection

from repeatpass.core.errors import Invalid

USUAL = "earth"
KERNELS = re.compile(
    r"python(?:3(?:\.\d+)?)?|pip_base|base|edc(?:-gpu)?|conda-env-[\w.-]+-py|(?:edc|eurodatacube)[\w.-]*"
)
KERNEL_NAMES = ("python3", "pip_base", "base", "edc", "edc-gpu", "conda-env-…-py")
# Repository, without registry and tag: the earlier platform's own images and the scientific ones of Jupyter and Pangeo.
IMAGES = re.compile(
    r"(?:[\w.-]+(?::\d+)?/)*"
    r"(?:jupyter-user[\w-]*|eoxhub[\w-]*|edc[\w-]*|eurodatacube[\w-]*|(?:base|minimal|scipy|datascience|pangeo|pytorch|ml)"
    r"-notebook)"
    r"(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?"
)
IMAGE_NAMES = ("eurodatacube/jupyter-user:TAG", "jupyter/scipy-notebook:TAG", "pangeo/pangeo-notebook:TAG")


def environment_for(kernel: str, image: str, installed: Collection[str]) -> str:
    """Return the environment that stands for a *kernel* and an *image*; an empty one says nothing.

    Raise Invalid, naming those that are known, for one that nothing here stands for: to run it in some other
    environment than it was written for would give other numbers, or none.
    """
    by_kernel = _by_kernel(kernel, installed) if kernel else ""
    by_image = _by_image(image, installed) if image else ""
    return by_kernel or by_image or USUAL


def _by_kernel(kernel: str, installed: Collection[str]) -> str:
    if kernel in installed:
        return kernel
    if KERNELS.fullmatch(kernel):
        return USUAL
    known = ", ".join([*sorted(installed), *KERNEL_NAMES])
    raise Invalid(f"There is no kernel “{kernel}” here; known are {known}. Leave it out for the usual one.")


def _by_image(image: str, installed: Collection[str]) -> str:
    if image in installed:
        return image
    if IMAGES.fullmatch(image):
        return USUAL
    known = ", ".join([*sorted(installed), *IMAGE_NAMES])
    raise Invalid(
        f"The image “{image}” has no environment here; known are {known}. No container is started: an image stands "
        "for an environment. Leave it out for the usual one."
    )
