"""Query parameters: what each route accepts, and how it becomes a question to the store."""
