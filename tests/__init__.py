"""The suite: each folder mirrors one of the product, each module bears the name of the module that it tests."""

import pytest

pytest.register_assert_rewrite("tests.support")  # a helper that fails says as much as a test that does
