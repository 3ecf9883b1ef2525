//! The product's words: Fluent files, plurals, dates, in each language.
