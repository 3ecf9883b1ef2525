//! Storage in memory: a real adapter, for tests and for embedding.
