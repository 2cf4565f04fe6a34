"""The live feed over WebSocket."""
