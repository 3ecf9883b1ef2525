//! What people do: one module per use case, over the ports.
