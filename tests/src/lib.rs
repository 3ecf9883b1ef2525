//! Whole-product tests and benchmarks.
