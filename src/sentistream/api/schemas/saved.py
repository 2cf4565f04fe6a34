"""What people name and keep: views of the dashboard, lists of products."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from sentistream.api.schemas.base import ListMetadata, Metadata, Model, Text

EXAMPLE_VIEW: dict[str, Any] = {"name": "Brisk in Berlin", "page": "/", "query": "product=Brisk&city=DE%2FBerlin"}
EXAMPLE_PRODUCTS: dict[str, Any] = {"name": "Our drinks", "products": ["Brisk Cola", "Brisk Zero"]}


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("must say something")
    return value.strip()


Name = Annotated[Text, Field(min_length=1, max_length=80), AfterValidator(_said)]


class ViewIn(Model):
    """A page of the dashboard with its filters and layout: everything that its address says."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), json_schema_extra={"examples": [EXAMPLE_VIEW]})

    name: Name = Field(description="Unique among views.")
    page: Annotated[str, Field(max_length=100, pattern="^/([a-z0-9][a-z0-9/-]*)?$")] = "/"
    query: Annotated[str, Field(max_length=4_000, pattern=r"^[!-~]*$")] = Field(
        "", description="The query string, percent-encoded, without its question mark."
    )


class ProductListIn(Model):
    """Products under one name."""

    model_config = ConfigDict(
        extra="forbid", protected_namespaces=(), json_schema_extra={"examples": [EXAMPLE_PRODUCTS]}
    )

    name: Name = Field(description="Unique among lists.")
    products: list[Annotated[Text, Field(min_length=1, max_length=256)]] = Field(min_length=1, max_length=100)


class Kept(Model):
    """Who keeps it, and since when."""

    id: int
    name: str
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime


class View(Kept):
    """A saved view; its page and query make its address."""

    page: str
    query: str


class ProductList(Kept):
    """A saved list of products."""

    products: list[str]


class ViewResponse(Model):
    """Of one view."""

    data: View
    metadata: Metadata


class ViewsResponse(Model):
    """Oldest first."""

    data: list[View]
    metadata: ListMetadata


class ProductListResponse(Model):
    """Of one list of products."""

    data: ProductList
    metadata: Metadata


class ProductListsResponse(Model):
    """Oldest first."""

    data: list[ProductList]
    metadata: ListMetadata
