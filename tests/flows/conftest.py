"""The shipped book and tree, read once; both are frozen."""

import pytest
from flow_talk import Talk

from flows.book import Book, load
from flows.machine import Tree


@pytest.fixture(scope="session")
def book() -> Book:
    return load()


@pytest.fixture(scope="session")
def tree(book: Book) -> Tree:
    return Tree(book)


@pytest.fixture
def talk(tree: Tree) -> Talk:
    return Talk(tree)
