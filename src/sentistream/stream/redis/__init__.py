"""The team's stream: Redis Streams and a consumer group, shared by any number of machines."""
