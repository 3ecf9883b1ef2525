//! The web app: pages, forms, guards, as a poem endpoint.
