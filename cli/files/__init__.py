"""Files that a person gives to a command: plans, histories, scenarios, answers."""
