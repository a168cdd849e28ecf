"""The policies as data: a folder a policy, a TOML file a review kind."""
