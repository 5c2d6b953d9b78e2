"""What tests share: builders of small plans, real servers, judges of what was written. No tests in here."""
