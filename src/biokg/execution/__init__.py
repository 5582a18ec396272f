"""Worker processes that can be killed, and the pool that hands them queries."""
